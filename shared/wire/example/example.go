// Package example has a message of each kind that crosses the WebSocket. They
// are what the AsyncAPI document shows, and what golden files hold fast.
package example

import (
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	jobID     = "k3v9q0x7m2fz5c8n1b4d6h"
	datasetID = "2T6WQHFPXK4NBVJ7RZYDMC3A5E"
)

var begin = time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)

// Call is a method of the socket with the parameters and the result of one call.
type Call struct {
	Method  string
	Summary string
	Params  any
	Result  any
}

// Calls gives all methods.
func Calls() []Call {
	return []Call{
		{wire.MethodTrainStart, "Start a training. Its events follow on this socket from the first.", Start(), wire.Started{Job: jobID}},
		{wire.MethodTrainCancel, "Cancel a training. It ends within one shard of rows, with the event canceled.", wire.JobRef{Job: jobID}, wire.Empty{}},
		{wire.MethodJobSubscribe, "Get a job's events after a number: those of the past first, then as they happen.", wire.Subscribe{Job: jobID, After: 4}, wire.Subscribed{Job: jobID, Last: 6}},
		{wire.MethodJobUnsubscribe, "Get no more events of a job on this socket.", wire.JobRef{Job: jobID}, wire.Empty{}},
	}
}

// Start gives a request for a training, with all that it needs.
func Start() wire.TrainStart {
	return wire.TrainStart{
		Dataset: datasetID, Version: 1, Name: "iris k=2",
		Prep:   wire.PrepConfig{Columns: []string{"petal length", "petal width"}, Scale: prep.Standard, Missing: prep.Drop},
		Config: wire.TrainConfig{K: 2, Init: kmeans.Parallel, Restarts: 1, MaxIterations: 300, Tolerance: 0, Seed: 18446744073709551615},
	}
}

// Errors gives an error of each kind, as calls are answered that go wrong.
func Errors() []wire.Error {
	return []wire.Error{
		{Code: wire.CodeParse, Message: "The message is not JSON.", Data: &wire.ErrorData{Code: string(fault.Invalid)}},
		{Code: wire.CodeRequest, Message: `jsonrpc is not "2.0".`, Data: &wire.ErrorData{Code: string(fault.Invalid)}},
		{Code: wire.CodeMethod, Message: "There is no method train.stop.", Data: &wire.ErrorData{Code: string(fault.NotFound)}},
		{Code: wire.CodeParams, Message: "k is 0, want at least 1.", Data: &wire.ErrorData{Code: string(fault.Invalid), Field: "config.k"}},
		{Code: wire.CodeFault, Message: "There is no such job.", Data: &wire.ErrorData{Code: string(fault.NotFound), Field: "job"}},
	}
}

// Events gives one event of each type, numbered as if they were of one job.
func Events() []wire.Event {
	start, fitted := Start(), fittedPrep()
	start.DataName = "iris"
	events := []wire.Event{
		{Type: wire.EventQueued, Start: &start},
		{Type: wire.EventStarted, Attempt: 2, Resumed: 7},
		{Type: wire.EventLoading, Progress: &wire.Progress{Done: 65536, Total: 150000}},
		{Type: wire.EventSample, Sample: &wire.Sample{Of: 150, Prep: fitted, Rows: []int64{3, 77}, Cells: kmeans.Matrix{Rows: 2, Cols: 2, Data: []float64{-1.28, -1.31, 0.59, 0.27}}}},
		{Type: wire.EventSeeding, Seeding: &wire.Seeding{Restart: 0, Of: 1, Round: 1, Rounds: 4}, Progress: &wire.Progress{Total: 150}},
		{Type: wire.EventPass, Pass: &wire.Pass{
			PassInfo: kmeans.PassInfo{Restart: 0, Pass: 1, Inertia: 60.25, Changed: 150, Shift: 0.5, Centroids: centroids()},
			Restarts: 1, MaxPasses: 300, Rows: 150, RowsPerSecond: 1.5e6, SecondsLeft: 0.0299}},
		{Type: wire.EventProgress, Progress: &wire.Progress{Done: 100, Total: 150}},
		{Type: wire.EventScoring, Progress: &wire.Progress{Done: 50, Total: 150}},
		{Type: wire.EventDone, Model: trained()},
		{Type: wire.EventFailed, Fault: &wire.Fault{Code: string(fault.Invalid), Message: "k is 8, but only 5 different rows are left after dropping missing values. Choose a smaller k."}},
		{Type: wire.EventCanceled},
	}
	for i := range events {
		events[i].Job, events[i].Seq, events[i].At = jobID, int64(i+1), begin.Add(time.Duration(i)*time.Millisecond)
	}
	return events
}

func fittedPrep() prep.Prep {
	return prep.Prep{Missing: prep.Drop, Scale: prep.Standard, Columns: []prep.Column{
		{Name: "petal length", Offset: 3.758, Factor: 1.7594040657753032},
		{Name: "petal width", Offset: 1.1993333333333334, Factor: 0.7596926279021587},
	}}
}

func centroids() kmeans.Matrix {
	return kmeans.Matrix{Rows: 2, Cols: 2, Data: []float64{-1.3049, -1.2548, 0.6525, 0.6274}}
}

func trained() *model.Model {
	nmi := 0.734
	m := &model.Model{
		Format: model.Format, ID: "q4z7n2v8x1c5", Name: "iris k=2", Created: begin.Add(time.Second),
		Data: model.Data{Dataset: datasetID, Name: "iris", Version: 1, Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Rows: 150},
		Inputs: []model.Input{
			{Name: "petal length", Kind: table.Number, Min: 1, Max: 6.9, Example: table.Num(1.4)},
			{Name: "petal width", Kind: table.Number, Min: 0.1, Max: 2.5, Example: table.Num(0.2)},
		},
		Prep: fittedPrep(), Centroids: centroids(),
		Clusters: []model.Cluster{
			{Size: 50, Within: 1.41, Center: []table.Cell{table.Num(1.462), table.Num(0.246)}},
			{Size: 100, Within: 52.9, Center: []table.Cell{table.Num(4.906), table.Num(1.676)}},
		},
		Config: wire.TrainConfig{K: 2, Init: kmeans.Parallel, Restarts: 1, MaxIterations: 300, Seed: 18446744073709551615},
		Training: model.Training{
			Inertia: 54.31, Passes: 4, Converged: true, Seconds: 0.004,
			Silhouette: &score.Silhouette{Mean: 0.74, Rows: 150},
			Separation: &score.Separation{CalinskiHarabasz: 873.4, DaviesBouldin: 0.36},
			Label:      &score.LabelComparison{Column: "category", ARI: 0.568, NMI: &nmi, Labels: []string{"setosa", "versicolor", "virginica"}, Counts: [][]int64{{50, 0, 0}, {0, 50, 50}}},
		},
	}
	m.Hash = model.HashOf(m)
	return m
}
