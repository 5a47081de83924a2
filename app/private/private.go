// Package private works on one table that stays in this browser: it reads a file,
// tells what it holds, trains on it, and writes its rows with their clusters. It runs
// where app/worker has its handlers, beside the page; what the page gets back are
// profiles, a sample of rows, and events of the training, as they come from a server.
package private

import (
	"context"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
	"sync"

	"github.com/centroid-studio/centroid/app/worker"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// The methods that a worker answers.
const (
	MethodOpen  = "private.open"  // a File → Opened; tells wire.Progress, in bytes
	MethodTrain = "private.train" // wire.TrainStart → nothing; tells wire.Event
	MethodRows  = "private.rows"  // nothing → nothing; returns the rows with their clusters as CSV
)

// Handle has workers answer the methods of this package.
func Handle() {
	worker.Handle(MethodOpen, worker.Func(open))
	worker.Handle(MethodTrain, worker.Func(train))
	worker.Handle(MethodRows, worker.Func(rows))
}

// Limit is the largest file that is opened: a program in a browser has 4 GB at most,
// and a table takes about three times its text while it is read.
const Limit = 512 << 20

const (
	previewRows = 20
	shownRows   = 2000 // of the sample
)

// Opened is what a page may know of the table.
type Opened struct {
	Dataset wire.Dataset         `json:"dataset"` // without an id: it is on no server
	Preview [][]table.Cell       `json:"preview"` // the first rows
	Columns []wire.ColumnProfile `json:"columns"` // of all rows, in the order of the schema
	Shown   wire.SampleColumns   `json:"shown"`   // rows for a picture: every n-th
}

// held is the table and the model that was trained on it last. A worker has one of each.
var held struct {
	sync.Mutex
	table *table.Memory
	name  string
	model *model.Model
}

// present gives what is held; fault.NotFound if no table was opened.
func present() (*table.Memory, string, *model.Model, error) {
	held.Lock()
	defer held.Unlock()
	if held.table == nil {
		return nil, "", nil, fault.Newf(fault.NotFound, "The table is no longer in this tab. Open the file again.")
	}
	return held.table, held.name, held.model, nil
}

// resting lets messages in while a table is read.
type resting struct {
	*table.Memory
	call *worker.Call
}

func (r resting) Scan(ctx context.Context, columns []string, fn func(*table.Batch) error) error {
	return r.Memory.Scan(ctx, columns, func(b *table.Batch) error {
		r.call.Rest()
		return fn(b)
	})
}

// open reads the file of the call, in the place of one that was read before.
func open(c *worker.Call, _ struct{}) (*Opened, error) {
	f, err := c.File()
	if err != nil {
		return nil, err
	}
	if f.Size > Limit {
		return nil, fault.Newf(fault.TooLarge, "The file has %d MB; a browser can hold one of %d MB. Upload it to train on the server, or use a part of it.", f.Size>>20, Limit>>20)
	}
	src := &told{r: f.Reader(c.Context(), 0, f.Size), of: f.Size, call: c}
	m, err := table.ReadMemory(src, table.Limits{})
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(f.Name, path.Ext(f.Name))
	held.Lock()
	held.table, held.name, held.model = m, name, nil
	held.Unlock()
	out := &Opened{Dataset: wire.Dataset{Name: name, Version: 1, Newest: 1, Rows: m.Rows(), Bytes: f.Size, Hash: m.Hash(), Change: "opened", Schema: m.Schema()}}
	if err := out.look(c.Context(), resting{m, c}); err != nil {
		return nil, err
	}
	return out, nil
}

// told tells how much of a file was read.
type told struct {
	r        io.Reader
	done, of int64
	said     int64
	call     *worker.Call
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.done += int64(n)
	if t.done-t.said >= 1<<20 || t.done == t.of && t.said < t.done {
		t.said = t.done
		if e := t.call.Tell(wire.Progress{Done: t.done, Total: t.of}); e != nil {
			return n, e
		}
		t.call.Rest()
	}
	return n, err
}

// look fills in the preview, the profiles and the rows for a picture.
func (o *Opened) look(ctx context.Context, src resting) error {
	schema := src.Schema()
	shown := wire.SampleRows{Of: src.Rows(), Chosen: "all rows"}
	for _, c := range schema {
		shown.Columns = append(shown.Columns, c.Name)
	}
	every := max(1, (src.Rows()+shownRows-1)/shownRows)
	if every > 1 {
		shown.Chosen = fmt.Sprintf("one row of each %d", every)
	}
	err := src.Scan(ctx, shown.Columns, func(b *table.Batch) error {
		for i := range b.Rows {
			at := b.First + int64(i)
			if at >= previewRows && at%every != 0 {
				continue
			}
			cells := cellsOf(b, i)
			if at < previewRows {
				o.Preview = append(o.Preview, cells)
			}
			if at%every == 0 {
				shown.Rows = append(shown.Rows, wire.Row{ID: at, Cells: cells})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	o.Shown = shown.ByColumn()
	for _, c := range schema {
		p, err := profile(ctx, src, c)
		if err != nil {
			return err
		}
		o.Columns = append(o.Columns, p)
	}
	return nil
}

func cellsOf(b *table.Batch, i int) []table.Cell {
	out := make([]table.Cell, len(b.Columns))
	for j, v := range b.Columns {
		switch {
		case v.Numbers != nil && !math.IsNaN(v.Numbers[i]):
			out[j] = table.Num(v.Numbers[i])
		case v.Texts != nil && v.Texts[i] != "":
			out[j] = table.Str(v.Texts[i])
		}
	}
	return out
}
