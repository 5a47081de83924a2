package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// The flags of the command line reach the training, and the summary says what was done.
func TestTrainKinds(t *testing.T) {
	iris := sampleFile("iris.csv")
	first, base, _ := trainFile(t, iris, "--k", "3", "--seed", "1")
	for name, c := range map[string]struct {
		args []string
		want string // part of the summary
		ok   func(*model.Model) bool
	}{
		"lloyd":      {[]string{"--k", "3", "--seed", "1", "--algorithm", "lloyd"}, "Each pass measured each row.", func(m *model.Model) bool { return m.Hash == base.Hash }},
		"hamerly":    {[]string{"--k", "3", "--seed", "1", "--algorithm", "hamerly"}, "algorithm", func(m *model.Model) bool { return m.Hash == base.Hash }},
		"mini-batch": {[]string{"--k", "3", "--algorithm", "mini-batch", "--batch", "30"}, "Steps of 30 rows", func(m *model.Model) bool { return m.Training.Algorithm == "mini-batch" }},
		"bisecting":  {[]string{"--k", "3", "--algorithm", "bisecting"}, "split in two", func(m *model.Model) bool { return m.Training.Passes == 2 }},
		"cosine":     {[]string{"--k", "3", "--distance", "cosine", "--scale", "none"}, "hash", func(m *model.Model) bool { return m.Prep.Unit }},
		"sample":     {[]string{"--k", "3", "--sample", "50"}, "found on 50 of 150 rows", func(m *model.Model) bool { return m.Training.Sampled == 50 && m.Data.Rows == 150 }},
		"k-means||":  {[]string{"--k", "3", "--init-rounds", "5", "--oversampling", "1.5"}, "hash", func(m *model.Model) bool { return m.Config.InitRounds == 5 && m.Config.Oversampling == 1.5 }},
		"weight": {[]string{"--k", "3", "--weight", "petal_width"}, "hash", func(m *model.Model) bool {
			return m.Training.Weight == "petal_width" && m.Prep.Width() == 3 && m.Clusters[0].Weight > 0
		}},
		"warm start": {[]string{"--start", first, "--frozen", "1"}, "hash", func(m *model.Model) bool {
			return reflect.DeepEqual(m.Clusters[1].Center, base.Clusters[1].Center) && len(m.Clusters) == 3
		}},
		"update": {[]string{"--update", first}, "learned from 150 more rows", func(m *model.Model) bool { return m.Clusters[0].Size >= 2*base.Clusters[0].Size-10 }},
	} {
		_, m, out := trainFile(t, iris, c.args...)
		if !c.ok(m) || !strings.Contains(out, c.want) {
			t.Errorf("%s: training %+v, config %+v, summary %q, want %q in it", name, m.Training, m.Config, out, c.want)
		}
	}
}

// Ctrl-C keeps the best so far, and says so; before there are centroids nothing is kept.
func TestTrainIsInterrupted(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("x,y\n")
	for i := range 400 {
		rows.WriteString(strings.Repeat("1", i%7+1) + "," + strings.Repeat("3", i%5+1) + "." + strings.Repeat("5", i%3+1) + "\n")
	}
	data := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(data, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "m.json")
	cmd := newTrainCommand()
	cmd.SetArgs([]string{"--data", data, "--out", out, "--k", "2"})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := cmd.ExecuteContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted before the first centroid: %v, want context.Canceled", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("interrupted before the first centroid, and yet there is a model")
	}
	stdout, _, err := command(newTrainCommand(), "--data", data, "--out", out, "--k", "30", "--restarts", "1000", "--max-iterations", "1000000", "--time-limit", "100ms")
	if err != nil || !strings.Contains(stdout, "partial: more passes would make it better; ended by --time-limit") {
		t.Errorf("with a time limit: %v, %q, want a partial model", err, stdout)
	}
	if m, err := readModel(out); err != nil || m.Training.Partial != model.TimeLimit {
		t.Errorf("model = %v, want it partial by its time limit", err)
	}
	_, _, err = command(newTrainCommand(), "--data", data, "--out", out, "--weight", "z")
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("--weight z: %v, want fault.Invalid", err)
	}
}
