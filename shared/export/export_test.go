package export_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// trained makes a model of a table.
func trained(t testing.TB, csv string, k int, cfg prep.Config) *model.Model {
	t.Helper()
	src, err := table.ReadMemory(strings.NewReader(csv), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range src.Schema() {
		src.Schema()[i].Role = table.Feature
	}
	p, stats, err := prep.Fit(t.Context(), src, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	kc := kmeans.Config{K: k, Seed: 1}.WithDefaults()
	res, err := kmeans.Run(t.Context(), kmeans.Serial(vectors, int(stats.Rows), p.Width()), kc, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	m := model.Build(p, stats, kc, res)
	m.Name = "small"
	return m
}

const small = "x,colour,y\n1,red,0.1\n2,blue,0.3\n9,red,-4\n11,green,-4.5\n10,blue,-5\n"

// TestFormats wants each format to write files with names and types, the same
// bytes each time, and a snippet.
func TestFormats(t *testing.T) {
	m := trained(t, small, 2, prep.Config{})
	ids := map[string]bool{}
	for _, f := range export.Formats() {
		if ids[f.ID] || f.Title == "" || !strings.HasSuffix(f.About, ".") || f.Language == "" {
			t.Errorf("format %+v lacks something, or is there twice", f)
		}
		ids[f.ID] = true
		if got, err := export.Find(f.ID); err != nil || got.Title != f.Title {
			t.Errorf("Find(%q) = %q, %v", f.ID, got.Title, err)
		}
		files, err := f.Write(m)
		again, errAgain := f.Write(m)
		if err != nil || errAgain != nil || len(files) == 0 {
			t.Fatalf("%s: Write() = %d files, %v, %v", f.ID, len(files), err, errAgain)
		}
		for i, file := range files {
			if file.Name == "" || strings.ContainsAny(file.Name, `/\`) || file.MIME == "" || len(file.Body) == 0 || !bytes.Equal(file.Body, again[i].Body) {
				t.Errorf("%s: file %q of type %q has %d bytes, or others the second time", f.ID, file.Name, file.MIME, len(file.Body))
			}
		}
		if s := f.Snippet(m); !strings.HasSuffix(s, "\n") {
			t.Errorf("%s: the snippet is %q", f.ID, s)
		}
		broken := *m
		broken.Hash = "other"
		if _, err := f.Write(&broken); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: Write() of a model whose hash is wrong = %v, want an invalid fault", f.ID, err)
		}
	}
	if _, err := export.Find("xls"); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "onnx") {
		t.Errorf("Find(xls) = %v, want a fault that lists the formats", err)
	}
}

// TestRefuses wants a fault in words for what a format can't express.
func TestRefuses(t *testing.T) {
	wide := make([]string, 500)
	for i := range wide {
		wide[i] = "c" + strings.Repeat("x", i)
	}
	row := func(v string) string { return strings.Join(slices.Repeat([]string{v}, len(wide)), ",") + "\n" }
	for name, tc := range map[string]struct {
		csv, format, says string
	}{
		"names that differ in case":   {"a,A\n1,2\n3,4\n", "sql", "capitals only"},
		"a character that XML lacks":  {"a\x01b,c\n1,2\n3,4\n", "pmml", "XML has no such characters"},
		"more terms than a query has": {strings.Join(wide, ",") + "\n" + row("1") + row("2"), "sql", "at most"},
	} {
		f, err := export.Find(tc.format)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(trained(t, tc.csv, 2, prep.Config{})); err == nil || !strings.Contains(fault.Message(err), tc.says) {
			t.Errorf("%s: Write() = %v, want a fault with %q", name, err, tc.says)
		}
	}
}
