package dataset_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/store"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

var nan = math.NaN()

// filesIn lists the files under a folder.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range all {
		all[i], _ = filepath.Rel(dir, path)
	}
	return all
}

// TestCompaction edits far beyond the limit: two files of changes stay beside
// the upload, all versions hold what they held, and a source that was open
// before goes on reading.
func TestCompaction(t *testing.T) {
	s, meta, dir := mustOpenAt(t, t.TempDir(), t.TempDir())
	ctx := t.Context()
	d := mustIngest(t, s, "x\n"+strings.Repeat("0\n", 100))
	src, err := s.Source(ctx, owner, d.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for i := range 30 {
		if i == 10 {
			if d, err = s.DeleteRow(ctx, owner, d.ID, 99); err != nil {
				t.Fatal(err)
			}
		}
		c, err := s.Edit(ctx, owner, d.ID, wire.RowEdits{Cells: []wire.CellEdit{{Row: int64(i), Column: "x", Cell: table.Num(1)}}})
		if err != nil {
			t.Fatal(err)
		}
		d = c.Dataset
		if i%3 == 0 {
			if err := s.Compact(ctx, owner, d.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	again, err := dataset.Open(ctx, dataset.Config{Dir: dir, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if left := filesIn(t, dir); !slices.Equal(left, []string{d.ID + "/base.parquet", d.ID + "/v27.parquet", d.ID + "/v30.parquet"}) {
		t.Errorf("files = %q", left)
	}
	all, err := s.Versions(ctx, owner, d.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		edits, rows := v.Version-1, 100
		if v.Version > 11 {
			edits, rows = edits-1, 99
		}
		if got, want := scan(t, s, v), strings.TrimSuffix(strings.Repeat("1 ", edits)+strings.Repeat("0 ", rows-edits), " "); got != want {
			t.Errorf("version %d = %q, want %q", v.Version, got, want)
		}
	}
	sum := 0.
	if err := src.Scan(ctx, []string{"x"}, func(b *table.Batch) error {
		for _, x := range b.Columns[0].Numbers {
			sum += 1 - x
		}
		return nil
	}); err != nil || sum != 100 {
		t.Errorf("the source of version 1 has %v rows of 0, %v, want 100", sum, err)
	}
}

// editorEnv makes this test binary a process that edits until it is killed.
const editorEnv = "CENTROID_TEST_EDITOR"

func TestMain(m *testing.M) {
	if at := os.Getenv(editorEnv); at != "" {
		fmt.Println(editForever(at))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// editForever sets x of one row after another to the number of the edit, and
// prints that number when the edit is made.
func editForever(at string) error {
	dir, id, _ := strings.Cut(at, "|")
	id, from, _ := strings.Cut(id, "|")
	n, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	ctx := context.Background()
	meta, err := store.Open(ctx, filepath.Join(dir, "centroid.db"), time.Now)
	if err != nil {
		return err
	}
	s, err := dataset.Open(ctx, dataset.Config{Dir: filepath.Join(dir, "dataset"), Meta: meta, PatchLimit: 7})
	if err != nil {
		return err
	}
	for ; ; n++ {
		e := wire.RowEdits{Cells: []wire.CellEdit{{Row: int64(n % 50), Column: "x", Cell: table.Num(float64(n))}, {Row: int64((n + 1) % 50), Column: "x", Cell: table.Num(float64(n))}}}
		if n%11 == 0 {
			if _, err := s.Undo(ctx, owner, id); err != nil {
				return err
			}
			if _, err := s.Redo(ctx, owner, id); err != nil {
				return err
			}
		}
		if n%17 == 0 { // a file of its own, and back
			if _, _, err := s.AddColumns(ctx, owner, id, twice); err != nil {
				return err
			}
			if _, err := s.Undo(ctx, owner, id); err != nil {
				return err
			}
		}
		if _, err := s.Edit(ctx, owner, id, e); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// twice adds a column with the doubles of another.
var twice = dataset.Columns{Names: []string{"twice"}, Kinds: []table.Kind{table.Number}, Inputs: []table.Column{{Name: "x", Kind: table.Number}},
	Compute: func(b *table.Batch, out []table.Vector) error {
		for i, x := range b.Columns[0].Numbers {
			out[0].Numbers[i] = 2 * x
		}
		return nil
	}}

// TestKilledWhileEditing kills a process that edits, compacts and adds columns all the time,
// after another number of edits each time, and wants every edit that it
// answered for, no half of one, and no file that is not known.
func TestKilledWhileEditing(t *testing.T) {
	place := t.TempDir()
	meta := mustMeta(t, place)
	dir := filepath.Join(place, "dataset")
	s, err := dataset.Open(t.Context(), dataset.Config{Dir: dir, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	d := mustIngest(t, s, "x\n"+strings.Repeat("0\n", 50))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	next := 1
	for kill := range 25 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", editorEnv, place, d.ID, next))
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last := readUntil(t, out, next+5+kill, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); cmd.ProcessState.Exited() {
			t.Fatalf("the editor ended by itself: %v\n%s", err, errs.String())
		}
		next = checkEdits(t, dir, meta, d.ID, last) + 1
	}
}

// readUntil reads the numbers that an editor prints, calls then at one of them,
// and gives the last.
func readUntil(t *testing.T, out io.Reader, n int, then func()) int {
	t.Helper()
	last := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		k, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the editor says %q", lines.Text())
		}
		if last = k; k == n {
			then()
		}
	}
	return last
}

// checkEdits opens the datasets as after a crash and gives the number of the last edit.
func checkEdits(t *testing.T, dir string, meta dataset.Meta, id string, said int) int {
	t.Helper()
	s, err := dataset.Open(t.Context(), dataset.Config{Dir: dir, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h, err := s.History(t.Context(), owner, id, 0, 1)
	if err == nil && h.Redo != "" { // killed between an undo and its redo
		_, err = s.Redo(t.Context(), owner, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Get(t.Context(), owner, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]int, 50)
	last := 0
	for _, row := range mustRows(t, s, d, dataset.RowQuery{}) {
		values[row.ID] = int(*row.Cells[0].Number)
		last = max(last, values[row.ID])
	}
	if last < said {
		t.Fatalf("edit %d was answered for, the last one there is %d", said, last)
	}
	// Both cells of each edit are there, unless a later one is.
	for row := range 50 {
		want := 0
		for n := max(1, last-60); n <= last; n++ {
			if n%50 == row || (n+1)%50 == row {
				want = n
			}
		}
		if values[row] != want && (last > 60 || want > 0) {
			t.Fatalf("row %d is %d after edit %d, want %d", row, values[row], last, want)
		}
	}
	known, _, err := meta.Files(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	left := filesIn(t, dir)
	if len(left) != len(known) {
		t.Fatalf("files = %q, known are %v", left, known)
	}
	return last
}
