package batch

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// rowsOf writes a table of n rows.
func rowsOf(n int) []byte {
	var b bytes.Buffer
	b.WriteString("name,x,colour,y\n")
	for i := range n {
		x, y := kmeans.Uniform(1, 1, uint64(i)), kmeans.Uniform(1, 2, uint64(i))
		fmt.Fprintf(&b, "\"row %d, \"\"quoted\"\"\",%g,%s,%g\n", i, x+float64(i%3), []string{"red", "blue"}[i%2], y)
	}
	return b.Bytes()
}

// trained trains on a table.
func trained(t *testing.T, text []byte) *model.Model {
	t.Helper()
	src, err := table.ReadMemory(bytes.NewReader(text), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	src.Schema()[src.Schema().Index("colour")].Role = table.Feature
	p, stats, err := prep.Fit(t.Context(), src, prep.Config{Columns: []string{"x", "colour", "y"}})
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg, e := kmeans.Config{K: 3, Seed: 1}.WithDefaults(), kmeans.Serial(vectors, int(stats.Rows), p.Width())
	res, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	m := model.Build(p, stats, cfg, res)
	if err := m.Observe(t.Context(), src, stats, vectors, e.Labels()); err != nil {
		t.Fatal(err)
	}
	return m
}

func send(ctx context.Context, t *testing.T, m *model.Model, text []byte) (got Result, out []byte, err error) {
	t.Helper()
	Handle()
	w := worker.Start()
	defer w.End()
	file, err := model.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Do(ctx, worker.Request{Method: Method, Params: Params{file}, Parts: []worker.Part{{File: worker.NewFile("rows.csv", text)}}, Tell: func(_ []byte, parts []worker.Part) {
		for _, p := range parts {
			out = append(out, p.Bytes...)
		}
	}}, &got)
	return got, out, err
}

// TestPredict: each row keeps its fields and gets what the model says of it.
func TestPredict(t *testing.T) {
	text := rowsOf(30_000)
	m := trained(t, text)
	got, out, err := send(t.Context(), t, m, text)
	if err != nil {
		t.Fatal(err)
	}
	in, lines := strings.Split(string(text), "\n"), strings.Split(string(out), "\n")
	if len(lines) != len(in) || lines[0] != in[0]+",cluster,distance" {
		t.Fatalf("%d lines, the first is %q", len(lines), lines[0])
	}
	counts := make([]int64, 3)
	for i, l := range lines[1 : len(lines)-1] {
		f := strings.Split(strings.TrimPrefix(l, in[i+1]+","), ",")
		var x, y float64
		var name, colour string
		rest := l[strings.LastIndex(l[:len(in[i+1])], "\"")+1:]
		if _, err := fmt.Sscanf(strings.ReplaceAll(rest, ",", " "), "%g %s %g", &x, &colour, &y); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		p, err := m.Predict([]table.Cell{table.Num(x), table.Str(colour), table.Num(y)})
		if err != nil || len(f) != 2 || f[0] != fmt.Sprint(p.Cluster) || f[1] != table.Num(p.Distance).String() {
			t.Fatalf("row %d%s: %q, want cluster %d at %v", i, name, l, p.Cluster, p.Distance)
		}
		counts[p.Cluster]++
	}
	if got.Rows != 30_000 || !slices.Equal(got.Counts, counts) || len(got.Notes) > 0 || !strings.HasPrefix(string(out), got.Preview) || got.Preview == "" {
		t.Errorf("the result is %+v, want counts %v", got, counts)
	}
	if got.Drift == nil || got.Drift.PSI > 1e-9 {
		t.Errorf("the training rows have drifted: %+v", got.Drift)
	}
}

func TestRefuses(t *testing.T) {
	m := trained(t, rowsOf(300))
	for _, tc := range []struct{ name, text, says string }{
		{"nothing", "", "empty"},
		{"another table", "a,b\n1,2\n", `"colour" (category) is missing`},
		{"a word for a number", "x,colour,y\n1,red,2\n1,red,two\n", `y is "two", want a number`},
		{"ragged", "x,colour,y\n1,red\n", ""},
		{"only a head", "x,colour,y\n", "no rows"},
		{"binary", "PK\x03\x04\x00\x00\x00\x00", ""},
	} {
		_, _, err := send(t.Context(), t, m, []byte(tc.text))
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), tc.says) {
			t.Errorf("%s: %v, want words with %q", tc.name, err, tc.says)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := send(ctx, t, m, rowsOf(100_000)); fault.CodeOf(err) != fault.Canceled {
		t.Errorf("canceled: %v", err)
	}
}
