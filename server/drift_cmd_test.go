package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/drift"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

func TestDriftCommand(t *testing.T) {
	iris := sampleFile("iris.csv")
	path, m, _ := trainFile(t, iris, "--k", "3", "--seed", "1")
	if m.Profile == nil {
		t.Fatal("the model has no profile")
	}
	stdout, _, err := command(newDriftCommand(), "--model", path, "--data", iris)
	if err != nil || !strings.HasPrefix(stdout, "No column has moved: ") || !strings.Contains(stdout, "150 rows, 150 of them with a cluster") {
		t.Errorf("drift of the training's own rows: %v\n%s", err, stdout)
	}
	// One column counted in another unit, another with gaps.
	text, err := os.ReadFile(iris)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i := 1; i < len(lines); i++ {
		f := strings.Split(lines[i], ",")
		f[2] += "0"
		f[2] = strings.Replace(f[2], ".", "", 1)
		if i%3 == 0 {
			f[0] = ""
		}
		lines[i] = strings.Join(f, ",")
	}
	stdout, _, err = command(newDriftCommand(), "--model", path, "--data", tempFile(t, "moved.csv", strings.Join(lines, "\n")), "--json")
	if err != nil {
		t.Fatal(err)
	}
	var r drift.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	if r.Rows != 150 || r.Labelled != 100 || r.Most != 2 || r.Columns[2].Verdict != "moved far" || r.Columns[2].Beyond != 1 || r.Columns[0].Missing.Rows != 1./3 || r.Columns[1].PSI != 0 || r.Outside != 1 {
		t.Errorf("report %+v", r)
	}

	m.Profile, m.Format = nil, 1
	b, err := model.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(old, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := command(newDriftCommand(), "--model", old, "--data", iris); !strings.Contains(fault.Message(err), "Train again to get one.") {
		t.Errorf("drift with a model of format 1: %v", err)
	}
	if _, _, err := command(newDriftCommand(), "--model", path, "--data", tempFile(t, "other.csv", "a,b\n1,x\n")); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "does not fit the model") {
		t.Errorf("drift of another table: %v", err)
	}
}
