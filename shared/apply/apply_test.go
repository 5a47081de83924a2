package apply

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// trained gives a model of the columns x and y in two clusters.
func trained(t testing.TB) *model.Model {
	t.Helper()
	src, err := table.ReadMemory(strings.NewReader("x,y\n0,0\n0,1\n9,9\n9,8\n"), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, stats, err := prep.Fit(t.Context(), src, prep.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg := kmeans.Config{K: 2, Seed: 1}.WithDefaults()
	res, err := kmeans.Run(t.Context(), kmeans.Serial(vectors, int(stats.Rows), p.Width()), cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	return model.Build(p, stats, cfg, res)
}

// all gives the whole file with both columns.
func all(m *model.Model, file []byte) (s *Stream, out []byte, err error) {
	if s, err = New(m, bytes.NewReader(file)); err != nil {
		return nil, nil, err
	}
	out = s.Head()
	for {
		part, err := s.Next()
		if err == io.EOF {
			return s, out, nil
		}
		if err != nil {
			return s, nil, err
		}
		out = append(out, part.Text...)
	}
}

// FuzzStream: what is written can be read again, has the fields that the file has, and
// behind them what the model says of each row.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"x,y\n1,2\n", "y;name;x\n1,5;\"a;b\";2\n;;\n", "x\ty\n1\t2", "x,y,cluster\r\n1,2,\"q \"\"q\"\"\"\r\n", "x,y\nNA,1\n", "x,y\none,1\n", "x\n1\n", "", "x,y\n1e400,1\n",
	} {
		f.Add([]byte(seed))
	}
	m := trained(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		s, out, err := all(m, file)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%q: %v, want words for the user", file, err)
			}
			return
		}
		in, err := table.NewReader(bytes.NewReader(file), table.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := table.NewReader(bytes.NewReader(out), table.Limits{})
		if err != nil {
			t.Fatalf("%q was written as %q: %v", file, out, err)
		}
		n := len(in.Header())
		if !slices.Equal(back.Header()[:n], in.Header()) || len(back.Header()) != n+2 {
			t.Fatalf("columns %q became %q", in.Header(), back.Header())
		}
		x, y := slices.Index(in.Header(), "x"), slices.Index(in.Header(), "y")
		var rows, dropped int64
		for {
			want, errIn := in.Read()
			got, errOut := back.Read()
			if errIn == io.EOF && errOut == io.EOF {
				break
			}
			if errIn != nil || errOut != nil {
				t.Fatalf("row %d: %v, %v", rows, errIn, errOut)
			}
			for i, field := range want {
				if !bytes.Equal(field, got[i]) {
					t.Fatalf("row %d: %q became %q", rows, field, got[i])
				}
			}
			rows++
			if table.IsMissing(want[x]) || table.IsMissing(want[y]) {
				dropped++
				if len(got[n])+len(got[n+1]) > 0 {
					t.Fatalf("row %d lacks a value and has the cluster %q", rows, got[n])
				}
				continue
			}
			a, _ := in.Number(want[x])
			b, _ := in.Number(want[y])
			p, err := m.Predict([]table.Cell{table.Num(a), table.Num(b)})
			if err != nil || string(got[n]) != strconv.Itoa(p.Cluster) || string(got[n+1]) != strconv.FormatFloat(p.Distance, 'g', -1, 64) {
				t.Fatalf("row %d has %q at %q, want %+v, %v", rows, got[n], got[n+1], p, err)
			}
		}
		if s.Rows != rows || s.Dropped != dropped || s.Counts[0]+s.Counts[1] != rows-dropped {
			t.Fatalf("counted %d rows, %d left out, %v; want %d, %d", s.Rows, s.Dropped, s.Counts, rows, dropped)
		}
	})
}
