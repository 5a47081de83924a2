package dataset_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// known is what a version must hold: texts by row id and column.
type known struct {
	columns []string
	rows    map[int64]map[string]string
	epoch   int
}

func (k known) clone() known {
	out := known{slices.Clone(k.columns), map[int64]map[string]string{}, k.epoch}
	for id, row := range k.rows {
		out.rows[id] = maps.Clone(row)
	}
	return out
}

func (k known) String() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(k.rows)) {
		fmt.Fprint(&b, id)
		for _, c := range k.columns {
			b.WriteString("," + k.rows[id][c])
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// walk is a table under random changes, and what each of its versions must hold.
type walk struct {
	t          *testing.T
	s          *dataset.Service
	id         string
	chance     *rand.Rand
	all        []known // by version, from 1
	next       int64   // id that the next row gets
	undo, redo []int   // versions to go back to
}

func (w *walk) now() known { return w.all[len(w.all)-1] }

func (w *walk) someRow() int64 {
	ids := slices.Sorted(maps.Keys(w.now().rows))
	return ids[w.chance.IntN(len(ids))]
}

func (w *walk) made(d wire.Dataset, err error, k known) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	if k.epoch != w.now().epoch {
		w.next = w.nextOf(k.epoch)
	}
	if w.all = append(w.all, k); d.Version != len(w.all) || d.Rows != int64(len(k.rows)) {
		w.t.Fatalf("version %d has %d rows, want version %d with %d", d.Version, d.Rows, len(w.all), len(k.rows))
	}
}

// changed notes an edit, which can be undone.
func (w *walk) changed(d wire.Dataset, err error, k known) {
	w.t.Helper()
	w.undo, w.redo = append(w.undo, len(w.all)), nil
	w.made(d, err, k)
}

func (w *walk) value(column string) (table.Cell, string) {
	switch n := w.chance.IntN(6); {
	case n == 0:
		return table.Cell{}, ""
	case column == "name":
		text := string(rune('a'+w.chance.IntN(4))) + "'"
		return table.Str(text), text
	default:
		x := float64(w.chance.IntN(100)) / 4
		return table.Num(x), strconv.FormatFloat(x, 'f', -1, 64)
	}
}

func (w *walk) edit(t *testing.T) {
	k := w.now().clone()
	var e wire.RowEdits
	for range 1 + w.chance.IntN(3) {
		row, column := w.someRow(), k.columns[w.chance.IntN(len(k.columns))]
		if column == "cluster" {
			continue
		}
		cell, text := w.value(column)
		e.Cells, k.rows[row][column] = append(e.Cells, wire.CellEdit{Row: row, Column: column, Cell: cell}), text
	}
	if w.chance.IntN(3) == 0 && len(k.rows) > 3 {
		row := w.someRow()
		e.Delete = append(e.Delete, row)
		delete(k.rows, row)
	}
	if w.chance.IntN(3) == 0 || len(e.Cells)+len(e.Delete) == 0 {
		row := map[string]string{}
		var cells []table.Cell
		for _, column := range k.columns {
			cell, text := w.value(column)
			if column == "cluster" {
				cell, text = table.Str("7"), "7"
			}
			cells, row[column] = append(cells, cell), text
		}
		e.Add, k.rows[w.next] = append(e.Add, wire.RowWrite{Cells: cells}), row
		w.next++
	}
	made, err := w.s.Edit(t.Context(), owner, w.id, e)
	w.changed(made.Dataset, err, k)
}

func (w *walk) step(t *testing.T) {
	ctx := t.Context()
	switch n := w.chance.IntN(20); {
	case n < 10:
		w.edit(t)
	case n < 13 && len(w.undo) > 0:
		to := w.undo[len(w.undo)-1]
		w.undo, w.redo = w.undo[:len(w.undo)-1], append(w.redo, len(w.all))
		made, err := w.s.Undo(ctx, owner, w.id)
		w.made(made.Dataset, err, w.all[to-1].clone())
	case n < 15 && len(w.redo) > 0:
		to := w.redo[len(w.redo)-1]
		w.redo, w.undo = w.redo[:len(w.redo)-1], append(w.undo, len(w.all))
		made, err := w.s.Redo(ctx, owner, w.id)
		w.made(made.Dataset, err, w.all[to-1].clone())
	case n == 15 && len(w.all) > 1:
		to := 1 + w.chance.IntN(len(w.all)-1)
		d, err := w.s.Restore(ctx, owner, w.id, to)
		w.changed(d, err, w.all[to-1].clone())
	case n == 16:
		kind := []table.Kind{table.Number, table.Category}[w.chance.IntN(2)]
		d, err := w.s.Patch(ctx, owner, w.id, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "x", Kind: kind}}})
		if err == nil && d.Version == len(w.all) {
			return // it is read so already
		}
		w.changed(d, err, w.now().clone())
	case n == 17 && !slices.Contains(w.now().columns, "cluster"):
		k := w.now().clone()
		k.columns = append(k.columns, "cluster")
		for _, row := range k.rows {
			row["cluster"] = "c" + row["y"]
		}
		d, names, err := w.s.AddColumns(ctx, owner, w.id, dataset.Columns{Names: []string{"cluster"}, Kinds: []table.Kind{table.Category}, Inputs: []table.Column{{Name: "y", Kind: table.Number}},
			Kind: wire.ChangeClusters, Change: "clusters", Compute: func(b *table.Batch, out []table.Vector) error {
				for i, y := range b.Columns[0].Numbers {
					out[0].Texts[i] = "c" + table.Num(y).String()
				}
				return nil
			}})
		if err == nil && !slices.Equal(names, []string{"cluster"}) {
			t.Errorf("names = %q", names)
		}
		w.changed(d, err, k)
	case n == 18 && w.chance.IntN(3) == 0:
		k := known{columns: []string{"x", "name", "y"}, rows: map[int64]map[string]string{}, epoch: len(w.all) + 1}
		for i := range int64(8) {
			k.rows[i] = map[string]string{"x": strconv.FormatInt(i, 10), "name": "p", "y": ""}
		}
		d, err := w.s.Put(ctx, owner, dataset.PutInto{Dataset: w.id, Change: "made anew"}, eight)
		w.changed(d, err, k)
		w.next = 8
	case n == 19:
		if err := w.s.Compact(ctx, owner, w.id); err != nil {
			t.Fatal(err)
		}
	}
}

var eight = dataset.Rows{Names: []string{"x", "name", "y"}, Kinds: []table.Kind{table.Number, table.Text, table.Number},
	Each: func(_ context.Context, write func(*table.Batch) error) error {
		for i := range 2 {
			b := table.Batch{Rows: 4, Columns: make([]table.Vector, 3)}
			for j := range 4 {
				b.Columns[0].Numbers = append(b.Columns[0].Numbers, float64(4*i+j))
				b.Columns[1].Texts = append(b.Columns[1].Texts, "p")
				b.Columns[2].Numbers = append(b.Columns[2].Numbers, nan)
			}
			if err := write(&b); err != nil {
				return err
			}
		}
		return nil
	}}

// nextOf gives the id after all that rows of an epoch ever had.
func (w *walk) nextOf(epoch int) int64 {
	next := int64(0)
	for _, k := range w.all {
		for id := range k.rows {
			if k.epoch == epoch {
				next = max(next, id+1)
			}
		}
	}
	return next
}

// TestRandomChanges makes random changes and wants every version, the old ones
// too, to hold what it held when it was made, however it is read; and the
// difference between any two.
func TestRandomChanges(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s, _ := mustOpen(t, 0)
			d := mustIngest(t, s, small)
			w := &walk{t: t, s: s, id: d.ID, chance: rand.New(rand.NewPCG(seed, 5)), next: 4, all: []known{{columns: []string{"x", "name", "y"}, epoch: 1, rows: map[int64]map[string]string{
				0: {"x": "3", "name": "c", "y": "0.5"}, 1: {"x": "1", "name": "a", "y": ""}, 2: {"x": "2", "name": "", "y": "1.5"}, 3: {"x": "1", "name": "b", "y": "2.5"}}}}}
			for range 60 {
				w.step(t)
			}
			for i, k := range w.all {
				d, err := s.Get(t.Context(), owner, w.id, i+1)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, row := range mustRows(t, s, d, dataset.RowQuery{}) {
					got += fmt.Sprintf("%d,%s ", row.ID, text([]wire.Row{row}))
				}
				if want := k.String(); got != want {
					t.Fatalf("version %d (%s) = %q, want %q", i+1, d.Change, got, want)
				}
				if got, want := scan(t, s, d), text(mustRows(t, s, d, dataset.RowQuery{})); got != want {
					t.Fatalf("version %d (%s) as a source = %q, want %q", i+1, d.Change, got, want)
				}
				for c, col := range d.Schema {
					missing := int64(0)
					for _, row := range k.rows {
						if row[col.Name] == "" {
							missing++
						}
					}
					if col.Missing != missing {
						t.Errorf("version %d (%s): column %d has %d missing, want %d", i+1, d.Change, c, col.Missing, missing)
					}
				}
			}
			for range 20 {
				w.diff(t, 1+w.chance.IntN(len(w.all)), 1+w.chance.IntN(len(w.all)))
			}
		})
	}
}

// diff compares the difference of two versions with what they must hold.
func (w *walk) diff(t *testing.T, from, to int) {
	t.Helper()
	a, b := w.all[from-1], w.all[to-1]
	got, err := w.s.Diff(t.Context(), owner, w.id, from, to, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if got.ByContent != (a.epoch != b.epoch) {
		t.Errorf("diff %d..%d by content = %v", from, to, got.ByContent)
	}
	var want []string
	line := func(row map[string]string) string {
		if row == nil {
			return "-"
		}
		var cells []string
		for _, c := range got.Columns {
			cells = append(cells, row[c])
		}
		return strings.Join(cells, ",")
	}
	if got.ByContent {
		left := map[string]int{}
		for _, row := range a.rows {
			left[line(row)]++
		}
		for _, row := range b.rows {
			left[line(row)]--
		}
		for text, n := range left {
			for range n {
				want = append(want, "-1: "+text+" -> -")
			}
			for range -n {
				want = append(want, "-1: - -> "+text)
			}
		}
	} else {
		ids := maps.Clone(a.rows)
		maps.Copy(ids, b.rows)
		for id := range ids {
			if was, is := line(a.rows[id]), line(b.rows[id]); was != is {
				want = append(want, fmt.Sprintf("%d: %s -> %s", id, was, is))
			}
		}
	}
	var lines []string
	side := func(cells []table.Cell) string {
		if cells == nil {
			return "-"
		}
		return text([]wire.Row{{Cells: cells}})
	}
	for _, r := range got.Rows {
		lines = append(lines, fmt.Sprintf("%d: %s -> %s", r.Row, side(r.Before), side(r.After)))
	}
	slices.Sort(want)
	if sorted := slices.Sorted(slices.Values(lines)); !slices.Equal(sorted, want) {
		t.Errorf("diff %d..%d = %q, want %q", from, to, sorted, want)
	}
	if n := got.Added + got.Removed + got.Changed; n != int64(len(want)) {
		t.Errorf("diff %d..%d counts %d rows, want %d", from, to, n, len(want))
	}
	if page, err := w.s.Diff(t.Context(), owner, w.id, from, to, 1, 2); err != nil || len(lines) > 1 && fmt.Sprint(page.Rows) != fmt.Sprint(got.Rows[1:min(3, len(got.Rows))]) {
		t.Errorf("a window of diff %d..%d = %v, %v", from, to, page.Rows, err)
	}
}

// TestEditsTogether has many goroutines edit one table: each makes a version of
// its own, and no edit is lost.
func TestEditsTogether(t *testing.T) {
	s, _ := mustOpen(t, 0)
	d := mustIngest(t, s, "x\n"+strings.Repeat("0\n", 16))
	errs := make(chan error)
	for i := range 16 {
		go func() {
			_, err := s.Edit(t.Context(), owner, d.ID, wire.RowEdits{Seen: 1, Cells: []wire.CellEdit{{Row: int64(i), Column: "x", Cell: table.Num(float64(i + 1))}}})
			errs <- err
		}()
	}
	for range 16 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	d, err := s.Get(t.Context(), owner, d.ID, 0)
	if err != nil || d.Version != 17 {
		t.Fatalf("version = %d, %v, want 17", d.Version, err)
	}
	if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16" {
		t.Errorf("rows = %q", got)
	}
}

// TestConflicts has two who look at version 1: what the first changed, the second is told.
func TestConflicts(t *testing.T) {
	s, _ := mustOpen(t, 0)
	ctx := t.Context()
	d := mustIngest(t, s, small)
	set := func(seen int, row int64, column string, cell table.Cell) (int, error) {
		c, err := s.Edit(ctx, owner, d.ID, wire.RowEdits{Seen: seen, Cells: []wire.CellEdit{{Row: row, Column: column, Cell: cell}}})
		return c.Version, err
	}
	conflict := func(what string, err error, want string) {
		t.Helper()
		got := "none"
		if c := dataset.ConflictOf(err); c != nil {
			got = fmt.Sprint(c.Version, c.Total)
			for _, r := range c.Rows {
				got += fmt.Sprint(" row ", r.Row, r.Gone)
				for _, cell := range r.Cells {
					got += " " + cell.Column + ":" + cell.Seen.String() + ">" + cell.Theirs.String()
					if cell.Mine != nil {
						got += "|" + cell.Mine.String()
					}
				}
			}
		} else if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: conflict %q, want %q", what, got, want)
		}
	}
	v2, err := set(1, 0, "x", table.Num(8))
	conflict("the first", err, "none")
	_, err = set(1, 0, "y", table.Num(7))
	conflict("another cell of the row", err, "2 1 row 0 false x:3>8 y:0.5>0.5|7")
	_, err = set(1, 0, "x", table.Num(7))
	conflict("the same cell", err, "2 1 row 0 false x:3>8|7")
	_, err = set(1, 0, "x", table.Num(8))
	conflict("the same value", err, "none")
	_, err = set(1, 1, "x", table.Num(7))
	conflict("another row", err, "none")
	_, err = set(v2, 0, "x", table.Num(7))
	conflict("who has seen it", err, "none")
	if _, err := s.DeleteRow(ctx, owner, d.ID, 2); err != nil {
		t.Fatal(err)
	}
	_, err = set(v2, 2, "x", table.Num(7))
	conflict("a row that is gone", err, "6 1 row 2 true x:2>|7")
	_, err = set(0, 2, "x", table.Num(7))
	if fault.CodeOf(err) != fault.NotFound || dataset.ConflictOf(err) != nil {
		t.Errorf("a row that is gone, seen by nobody: %v", err)
	}
	// A change that was taken back is none.
	if _, err := s.Undo(ctx, owner, d.ID); err != nil {
		t.Fatal(err)
	}
	_, err = set(v2, 2, "x", table.Num(7))
	conflict("a row that came back", err, "none")
	// Row ids of a table made anew say nothing of those that were seen.
	if _, err := s.Put(ctx, owner, dataset.PutInto{Dataset: d.ID}, eight); err != nil {
		t.Fatal(err)
	}
	_, err = set(7, 2, "x", table.Num(6))
	conflict("a table that was replaced", err, "9 0")
}

// TestPut keeps a stream as a dataset of its own, with what it came from.
func TestPut(t *testing.T) {
	s, dir := mustOpen(t, 0)
	d, err := s.Put(t.Context(), owner, dataset.PutInto{Name: "made", Change: "filtered", Origin: dataset.Origin{Parents: []wire.Parent{{Dataset: "p", Version: 3, Name: "whole"}}, Steps: []string{"x > 1"}}}, eight)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(mustRows(t, s, d, dataset.RowQuery{})); got != "0,p, 1,p, 2,p, 3,p, 4,p, 5,p, 6,p, 7,p," {
		t.Errorf("rows = %q", got)
	}
	m, err := table.ReadMemory(strings.NewReader("x,name,y\n"+strings.ReplaceAll(text(mustRows(t, s, d, dataset.RowQuery{})), " ", "\n")+"\n"), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Schema[1].Kind != table.Category || d.Schema[2].Missing != 8 || d.Name != "made" || m.Rows() != d.Rows {
		t.Errorf("dataset = %+v", d)
	}
	h, err := s.History(t.Context(), owner, d.ID, 0, 0)
	if err != nil || h.Revisions[0].Kind != wire.ChangeTransform || h.Revisions[0].Parents[0].Name != "whole" || h.Revisions[0].Steps[0] != "x > 1" || h.Undo != "" {
		t.Errorf("history = %+v, %v", h, err)
	}
	for name, rows := range map[string]dataset.Rows{
		"none":  {Names: []string{"a"}, Kinds: []table.Kind{table.Number}, Each: func(context.Context, func(*table.Batch) error) error { return nil }},
		"twice": {Names: []string{"a", "a"}, Kinds: []table.Kind{table.Number, table.Number}},
		"fails": {Names: []string{"a"}, Kinds: []table.Kind{table.Number}, Each: func(context.Context, func(*table.Batch) error) error { return fault.Newf(fault.Invalid, "no") }},
	} {
		for _, into := range []string{"", d.ID} {
			if _, err := s.Put(t.Context(), owner, dataset.PutInto{Dataset: into}, rows); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("%s into %q: %v, want invalid", name, into, err)
			}
		}
	}
	if left := filesIn(t, dir); !slices.Equal(left, []string{d.ID + "/base.parquet"}) {
		t.Errorf("files = %q", left)
	}
}

// TestEditKeepsTexts edits a row whose texts are read as numbers: the texts stay.
func TestEditKeepsTexts(t *testing.T) {
	s, _ := mustOpen(t, 0)
	ctx := t.Context()
	d := mustIngest(t, s, "x,y\n1,2.50\n2,abc\n")
	set := func(row int64, column string, cell table.Cell) {
		t.Helper()
		if _, err := s.Edit(ctx, owner, d.ID, wire.RowEdits{Cells: []wire.CellEdit{{Row: row, Column: column, Cell: cell}}}); err != nil {
			t.Fatal(err)
		}
	}
	as := func(kind table.Kind) wire.Dataset {
		t.Helper()
		d, err := s.Patch(ctx, owner, d.ID, wire.DatasetPatch{Columns: []wire.ColumnChange{{Name: "y", Kind: kind}}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	set(1, "y", table.Str("7.0"))
	as(table.Number)
	set(0, "x", table.Num(9))
	set(1, "x", table.Num(8))
	if _, err := s.Undo(ctx, owner, d.ID); err != nil {
		t.Fatal(err)
	}
	if got := text(mustRows(t, s, as(table.Category), dataset.RowQuery{})); got != "9,2.50 2,7.0" {
		t.Errorf("rows = %q, want the texts as they were", got)
	}
	h, err := s.History(ctx, owner, d.ID, 0, 1)
	if err != nil || h.Undo != "y is read as category" || h.Redo != "" {
		t.Errorf("undo would take back %q, redo %q, %v", h.Undo, h.Redo, err)
	}
	for range 3 { // there and back again is one change still
		if _, err := s.Undo(ctx, owner, d.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Redo(ctx, owner, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	if h, err = s.History(ctx, owner, d.ID, 0, 1); err != nil || h.Undo != "y is read as category" || h.Revisions[0].Change != "done again: y is read as category" {
		t.Errorf("after undo and redo: %+v, %v", h, err)
	}
}
