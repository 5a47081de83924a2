package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/model"
)

// TestExportCommand writes each format, and reads back those that can be.
func TestExportCommand(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("rows.csv"), []byte("x,y\n1,2\n2,1\n9,8\n8,9\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := line(t, nil, "", "train", "--data", in("rows.csv"), "--k", "2", "--seed", "1", "--out", in("model.json")); code != 0 {
		t.Fatal(errs)
	}
	m, err := readModel(in("model.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range export.Formats() {
		code, _, errs := line(t, nil, "", "export", "--model", in("model.json"), "--format", f.ID, "--out", in(f.ID))
		files, err := f.Write(m)
		if err != nil || code != 0 || !strings.HasSuffix(errs, f.Snippet(m)) {
			t.Fatalf("export %s = %d, %s, %v", f.ID, code, errs, err)
		}
		for _, file := range files {
			if b, err := os.ReadFile(filepath.Join(in(f.ID), file.Name)); err != nil || string(b) != string(file.Body) {
				t.Errorf("%s: %s is not there, or another: %v", f.ID, file.Name, err)
			}
		}
	}
	if code, out, _ := line(t, nil, "", "export", "--model", in("model.json"), "--format", "sql", "--out", "-"); code != 0 || !strings.Contains(out, "FROM my_table") {
		t.Errorf("export to standard output = %d, %q", code, out)
	}
	for _, file := range []string{"pmml/model.pmml", "sklearn/model.json", "json/model.json"} {
		code, out, errs := line(t, nil, "", "import", "--in", in(file), "--name", "again")
		got, err := model.Decode([]byte(out))
		if code != 0 || err != nil || got.Hash != m.Hash || got.Name != "again" || got.Created.IsZero() || !strings.Contains(errs, "2 clusters of x, y") {
			t.Errorf("import of %s = %d, %s, %v", file, code, errs, err)
		}
	}
	if code, out, _ := line(t, nil, "", "import", "--script"); code != 0 || out != string(export.SklearnScript().Body) {
		t.Errorf("import --script = %d, %d bytes", code, len(out))
	}
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"another format":       {[]string{"export", "--model", in("model.json"), "--format", "xls"}, "onnx"},
		"files into a stream":  {[]string{"export", "--model", in("model.json"), "--format", "json", "--out", "-"}, "2 files"},
		"no model":             {[]string{"export", "--model", in("rows.csv"), "--format", "js"}, "not a model file"},
		"nothing to import":    {[]string{"import"}, "--in is missing"},
		"a table to import":    {[]string{"import", "--in", in("rows.csv")}, "no model that can be read"},
		"a file that is away":  {[]string{"import", "--in", in("none")}, "can't be opened"},
		"a folder in the file": {[]string{"export", "--model", in("model.json"), "--format", "js", "--out", in("rows.csv")}, "can't be made"},
	} {
		if code, _, errs := line(t, nil, "", tc.args...); code == 0 || !strings.Contains(errs, tc.says) {
			t.Errorf("%s = %d, %q, want %q", name, code, errs, tc.says)
		}
	}
}
