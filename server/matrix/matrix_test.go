package matrix

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// source is a table in memory that counts its scans, and may do something before each batch.
type source struct {
	*table.Memory
	hash   string
	scans  atomic.Int32
	before func() error
}

func newSource(t *testing.T, csv string) *source {
	t.Helper()
	m, err := table.ReadMemory(strings.NewReader(csv), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return &source{Memory: m, hash: m.Hash()}
}

func (s *source) Hash() string { return s.hash }

func (s *source) Scan(ctx context.Context, columns []string, fn func(*table.Batch) error) error {
	s.scans.Add(1)
	return s.Memory.Scan(ctx, columns, func(b *table.Batch) error {
		if s.before != nil {
			if err := s.before(); err != nil {
				return err
			}
		}
		return fn(b)
	})
}

const small = "x,c,y\n1,a,0.5\n2,b,NA\n4,a,1.5\n5,,2\n7,b,-3\n"

var plain = prep.Config{Columns: []string{"x", "y"}, Scale: prep.NoScale}

func fit(t *testing.T, src table.Source, cfg prep.Config) *prep.Prep {
	t.Helper()
	p, _, err := prep.Fit(t.Context(), src, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t *testing.T, dir string, src Source, p *prep.Prep) *Matrix {
	t.Helper()
	m, err := Open(t.Context(), dir, src, p, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	all := []string{}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// whole wants the matrix of small with the settings of plain.
func whole(t *testing.T, m *Matrix) {
	t.Helper()
	if want := []float32{1, 0.5, 4, 1.5, 5, 2, 7, -3}; !slices.Equal(m.Vectors(), want) {
		t.Errorf("vectors = %v, want %v", m.Vectors(), want)
	}
	if want := []int64{0, 2, 3, 4}; !slices.Equal(m.IDs(), want) || m.Rows() != 4 || m.Dim() != 2 || m.ID(1) != 2 {
		t.Errorf("ids = %v, %d x %d, want %v, 4 x 2", m.IDs(), m.Rows(), m.Dim(), want)
	}
}

func TestOpen(t *testing.T) {
	dir, src := filepath.Join(t.TempDir(), "matrix"), newSource(t, small)
	p := fit(t, src, plain)
	src.scans.Store(0)
	var told [][2]int64
	m, err := Open(t.Context(), dir, src, p, "", func(done, total int64) { told = append(told, [2]int64{done, total}) })
	if err != nil {
		t.Fatal(err)
	}
	whole(t, m)
	if !slices.Equal(told, [][2]int64{{5, 5}}) || src.scans.Load() != 1 {
		t.Errorf("progress %v in %d scans, want 5 of 5 in one", told, src.scans.Load())
	}
	if got := names(t, dir); !slices.Equal(got, []string{m.Key()}) {
		t.Errorf("the folder holds %v, want %s", got, m.Key())
	}
	again := open(t, dir, newSource(t, small), fit(t, newSource(t, small), plain))
	if again.Key() != m.Key() {
		t.Errorf("the same content has the keys %s and %s", m.Key(), again.Key())
	}
	if src.scans.Load() != 1 {
		t.Error("the matrix was built twice")
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if err := m.Close(); err != nil || m.Rows() != 0 {
		t.Errorf("second Close() = %v", err)
	}
	whole(t, again)
}

// TestWide packs as prep does, category, scale and several batches included.
func TestWide(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("x,c,y\n")
	for i := range 10_000 {
		csv.WriteString([]string{"0.1,a,3\n", "7,b,\n", "1e5,,2.5\n"}[i%3])
	}
	src := newSource(t, csv.String())
	src.Schema()[1].Role = table.Feature
	for _, missing := range []prep.Missing{prep.Drop, prep.Mean, prep.Median} {
		p := fit(t, src, prep.Config{Columns: []string{"c", "y", "x"}, Missing: missing})
		m := open(t, t.TempDir(), src, p)
		var want []float32
		var ids []int64
		err := src.Memory.Scan(t.Context(), p.Names(), func(b *table.Batch) error {
			var kept []int
			want, kept = p.Batch(b, want, nil)
			for _, i := range kept {
				ids = append(ids, b.ID(i))
			}
			return nil
		})
		if err != nil || !slices.Equal(m.Vectors(), want) || !slices.Equal(m.IDs(), ids) || m.Dim() != p.Width() {
			t.Errorf("%s: %d vectors of %d values differ from those of prep (%v)", missing, m.Rows(), m.Dim(), err)
		}
	}
}

func TestKeys(t *testing.T) {
	src := newSource(t, small)
	dir := t.TempDir()
	base := open(t, dir, src, fit(t, src, plain)).Key()
	other := newSource(t, small)
	other.hash = "another content"
	for name, key := range map[string]string{
		"content": open(t, dir, other, fit(t, other, plain)).Key(),
		"scale":   open(t, dir, src, fit(t, src, prep.Config{Columns: []string{"x", "y"}})).Key(),
		"columns": open(t, dir, src, fit(t, src, prep.Config{Columns: []string{"y", "x"}, Scale: prep.NoScale})).Key(),
		"missing": open(t, dir, src, fit(t, src, prep.Config{Columns: []string{"x", "y"}, Scale: prep.NoScale, Missing: prep.Mean})).Key(),
	} {
		if key == base {
			t.Errorf("another %s has the same key", name)
		}
	}
	if n := len(names(t, dir)); n != 5 {
		t.Errorf("%d matrices, want 5", n)
	}
}

// TestDamaged opens what a disk has lost a part of: it is built again.
func TestDamaged(t *testing.T) {
	for name, damage := range map[string]func(folder string) error{
		"rows cut":       func(f string) error { return os.Truncate(filepath.Join(f, rowsFile), 12) },
		"rows empty":     func(f string) error { return os.Truncate(filepath.Join(f, rowsFile), 0) },
		"rows too long":  func(f string) error { return os.Truncate(filepath.Join(f, rowsFile), 64) },
		"ids cut":        func(f string) error { return os.Truncate(filepath.Join(f, idsFile), 31) },
		"ids too long":   func(f string) error { return os.Truncate(filepath.Join(f, idsFile), 33) },
		"rows missing":   func(f string) error { return os.Remove(filepath.Join(f, rowsFile)) },
		"ids missing":    func(f string) error { return os.Remove(filepath.Join(f, idsFile)) },
		"both missing":   func(f string) error { return errors.Join(os.RemoveAll(f), os.Mkdir(f, 0o700)) },
		"folder missing": os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			dir, src := t.TempDir(), newSource(t, small)
			p := fit(t, src, plain)
			m := open(t, dir, src, p)
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			if err := damage(filepath.Join(dir, m.Key())); err != nil {
				t.Fatal(err)
			}
			again := open(t, dir, src, p)
			whole(t, again)
			if got := names(t, dir); !slices.Equal(got, []string{m.Key()}) {
				t.Errorf("the folder holds %v, want %s alone", got, m.Key())
			}
		})
	}
}

// TestNothingHalfMade breaks the building off: nothing stays on the disk.
func TestNothingHalfMade(t *testing.T) {
	why, broken := errors.New("enough"), errors.New("the table broke")
	for name, tc := range map[string]struct {
		before func(stop context.CancelCauseFunc) error
		want   error
	}{
		"context": {func(stop context.CancelCauseFunc) error { stop(why); return nil }, why},
		"table":   {func(context.CancelCauseFunc) error { return broken }, broken},
	} {
		t.Run(name, func(t *testing.T) {
			dir, src := t.TempDir(), newSource(t, small)
			p := fit(t, src, plain)
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			src.before = func() error { return tc.before(stop) }
			if m, err := Open(ctx, dir, src, p, "", nil); m != nil || !errors.Is(err, tc.want) {
				t.Errorf("Open() = %v, %v, want %v", m, err, tc.want)
			}
			if got := names(t, dir); len(got) != 0 {
				t.Errorf("%v stay", got)
			}
			src.before = nil
			whole(t, open(t, dir, src, p))
		})
	}
}

// TestConcurrentOpen has many build and open the same matrix at the same time.
func TestConcurrentOpen(t *testing.T) {
	dir, src := t.TempDir(), newSource(t, small)
	p := fit(t, src, plain)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				m, err := Open(t.Context(), dir, src, p, "", nil)
				if err != nil {
					t.Error(err)
					return
				}
				whole(t, m)
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("the folder holds %v, want one matrix", got)
	}
}

// age makes a matrix look as if it was opened last at a time.
func age(t *testing.T, dir string, m *Matrix, at time.Time) {
	t.Helper()
	if err := os.Chtimes(filepath.Join(dir, m.Key()), at, at); err != nil {
		t.Fatal(err)
	}
}

func TestPrune(t *testing.T) {
	dir, src := t.TempDir(), newSource(t, small)
	var all []*Matrix
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, columns := range [][]string{{"x"}, {"y"}, {"x", "y"}} {
		m := open(t, dir, src, fit(t, src, prep.Config{Columns: columns, Scale: prep.NoScale}))
		age(t, dir, m, begin.Add(time.Duration(i)*time.Hour))
		all = append(all, m)
	}
	// 5 rows of x, 4 of y, 4 of both: 12 and 16 bytes a row with its id.
	sizes := []int64{5 * 12, 4 * 12, 4 * 16}
	again := open(t, dir, src, fit(t, src, prep.Config{Columns: []string{"x"}, Scale: prep.NoScale})) // now the newest
	keys := func(m ...*Matrix) []string {
		out := []string{}
		for _, x := range m {
			out = append(out, x.Key())
		}
		slices.Sort(out)
		return out
	}
	for _, step := range []struct {
		bytes int64
		want  []string
	}{
		{sizes[0] + sizes[1] + sizes[2], keys(all...)},
		{sizes[0] + sizes[1] + sizes[2] - 1, keys(all[0], all[2])},
		{sizes[0], keys(all[0])},
		{0, keys()},
	} {
		if err := Prune(dir, step.bytes); err != nil {
			t.Fatal(err)
		}
		if got := names(t, dir); !slices.Equal(got, step.want) {
			t.Errorf("Prune(%d) leaves %v, want %v", step.bytes, got, step.want)
		}
	}
	whole(t, all[2]) // open ones stay readable
	if again.Rows() != 5 || math.IsNaN(float64(again.Vectors()[4])) {
		t.Error("an open matrix was lost")
	}
	if err := Prune(filepath.Join(dir, "nothing"), 0); err != nil {
		t.Errorf("Prune() of no folder = %v", err)
	}
}

// TestPruneLeftovers removes what a dead builder left, not what one at work holds.
func TestPruneLeftovers(t *testing.T) {
	dir, src := t.TempDir(), newSource(t, small)
	if err := os.MkdirAll(filepath.Join(dir, sitePrefix+"dead"+siteFolder, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sitePrefix+"dead"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, sitePrefix+"older"+siteFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a user's file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, strings.Repeat("0", 64))
	if err := os.Mkdir(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, rowsFile), make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	p := fit(t, src, plain)
	src.before = func() error { // in the middle of a building
		if err := Prune(dir, 0); err != nil {
			return err
		}
		if got := names(t, dir); len(got) != 3 || got[2] != "a user's file" {
			t.Errorf("Prune() leaves %v, want the lock and folder of the builder at work, and the user's file", got)
		}
		return nil
	}
	whole(t, open(t, dir, src, p))
}

func TestFullDisk(t *testing.T) {
	for _, err := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		got := wrap("matrix.Open", &fs.PathError{Op: "write", Path: "/data/secret", Err: err})
		if fault.CodeOf(got) != fault.Unavailable || strings.Contains(fault.Message(got), "secret") || !strings.Contains(fault.Message(got), "disk is full") {
			t.Errorf("wrap(%v) = %v, want words about a full disk", err, got)
		}
	}
}
