// Package model is the model file: all that is needed to predict anywhere,
// and the card that tells how it was trained.
package model

import (
	"time"

	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
)

// Format is the version of the file. Decode reads this and all before it: 1 has no profile.
const Format = 2

// Model is a trained model. Encode and Decode turn it into JSON and back without losing a bit.
type Model struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`   // chosen by the server; empty for a file made by the command line
	Name    string    `json:"name"` // the user's
	Created time.Time `json:"created"`
	Data    Data      `json:"data"`

	Inputs    []Input       `json:"inputs"`    // the columns it was trained on, for forms and files
	Prep      prep.Prep     `json:"prep"`      // rows to vectors
	Centroids kmeans.Matrix `json:"centroids"` // k x d, in the prepared space

	Clusters []Cluster     `json:"clusters"`
	Config   kmeans.Config `json:"config"`
	Training Training      `json:"training"`
	Profile  *Profile      `json:"profile,omitempty"` // nil in a file of format 1, and of a model that was updated

	Hash string `json:"hash"` // see HashOf: the same for the same data, config and seed
}

// Data names what the model was trained on.
type Data struct {
	Dataset string `json:"dataset,omitempty"` // id
	Name    string `json:"name"`
	Version int    `json:"version,omitempty"`
	Hash    string `json:"hash"` // of the dataset version's content
	Rows    int64  `json:"rows"` // that were trained on
	Dropped int64  `json:"dropped,omitempty"`

	Imported string `json:"imported,omitempty"` // the form that it was read from, such as "PMML": then sizes, ranges, examples and how the training went are unknown, and zero
}

// Input is one field of the prediction form.
type Input struct {
	Name    string     `json:"name"`
	Kind    table.Kind `json:"kind"`
	Min     float64    `json:"min"` // numbers: range in training
	Max     float64    `json:"max"`
	Levels  []string   `json:"levels,omitempty"` // categories: known levels
	Example table.Cell `json:"example"`          // of a real row, the same row for all inputs
}

// Cluster describes one cluster. Clusters keep their number: index i is centroid row i.
type Cluster struct {
	Size   int64        `json:"size"`
	Weight float64      `json:"weight,omitempty"` // of its rows, if they have weights
	Within float64      `json:"within"`           // sum of weight times squared distance, prepared space
	Center []table.Cell `json:"center"`           // one cell an input, original units; a category's most likely level
}

// Partial says what ended a training that could have become better.
type Partial string

// What ends a training with the best so far.
const (
	TimeLimit Partial = "time limit"
	Canceled  Partial = "canceled"
)

// Training is how the run went.
type Training struct {
	Inertia    float64                `json:"inertia"`
	Passes     int                    `json:"passes"`
	Restart    int                    `json:"restart"`
	Converged  bool                   `json:"converged"`
	Seconds    float64                `json:"seconds"`
	Partial    Partial                `json:"partial,omitempty"`    // what ended it before its time; empty if nothing did
	Algorithm  kmeans.Algorithm       `json:"algorithm,omitempty"`  // that was used
	Why        string                 `json:"why,omitempty"`        // in a sentence
	Sampled    int64                  `json:"sampled,omitempty"`    // rows that the centroids were found on; 0 means all
	Weight     string                 `json:"weight,omitempty"`     // column of the rows' weights; empty for none
	Silhouette *score.Silhouette      `json:"silhouette,omitempty"` // scores are of the rows without their weights; absent where not defined
	Separation *score.Separation      `json:"separation,omitempty"`
	Label      *score.LabelComparison `json:"label,omitempty"`
}
