package dataset

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"unsafe"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// ingested is what was learned about a table when it was kept.
type ingested struct {
	rows   int64
	hash   string
	stored []table.Kind
	schema table.Schema
}

// ingest turns the file src, of any format, into the Parquet file dst; src may be
// unpacked where it is, into at most limit bytes. Memory does not depend on the
// size of the file.
func ingest(ctx context.Context, src, dst string, limit int64) (in *ingested, err error) {
	f, err := format.Open(ctx, src, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, all := range []bool{false, true} {
		in, err = convert(ctx, f, dst, all, limit)
		if !errors.Is(err, format.ErrKinds) {
			break // else all rows are asked, so that this happens once
		}
	}
	return in, err
}

func convert(ctx context.Context, f *format.File, dst string, all bool, limit int64) (in *ingested, err error) {
	r, err := f.Read(ctx, all)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return keep(ctx, r, dst, manyTimes*limit)
}

// manyTimes is how much larger than the limit of an upload its values may be: a
// digit and a comma become a number of eight bytes, but a column of one value many
// million times, which is a few bytes of Parquet, is a trap.
const manyTimes = 8

// keep writes the rows of r into the Parquet file dst. It reads them on this
// goroutine, counts and hashes them on a second and writes them on a third. It stops
// at limit bytes of values.
func keep(ctx context.Context, r format.Reader, dst string, limit int64) (in *ingested, err error) {
	to, err := os.Create(dst)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	buffered := bufio.NewWriterSize(to, 1<<20)
	names, kinds := r.Columns()
	w, err := newParquetWriter(buffered, kinds, false)
	if err != nil {
		return nil, err
	}
	c := newCounter(names, kinds)
	read, counted, free := make(chan *format.Block, 1), make(chan *format.Block, 1), make(chan *format.Block, 4)
	for range cap(free) {
		free <- format.NewBlock(kinds)
	}
	go func() {
		for b := range read {
			c.count(b.Columns, b.Rows)
			counted <- b
		}
		close(counted)
	}()
	written := make(chan error, 1)
	go func() {
		var err error
		for b := range counted {
			if err == nil {
				err = w.WriteRows(b.Columns, b.Rows, b.Bytes, nil)
			}
			free <- b
		}
		written <- err
	}()
	for values := int64(0); err == nil; {
		b := <-free
		if err = r.Fill(b); err == nil {
			values += int64(b.Bytes) + 8*int64(b.Rows)*int64(len(kinds))
			read <- b
			if err = context.Cause(ctx); err == nil && values > limit {
				err = fault.Newf(fault.TooLarge, "The table's values take more than %d MB. Split it, or ask whoever runs this server to raise --upload-limit.", limit/1e6)
			}
		}
	}
	close(read)
	werr := <-written // both have ended
	if err == io.EOF {
		err = werr
	}
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.Close(), buffered.Flush(), to.Sync()); err != nil {
		return nil, err
	}
	return c.result(), nil
}

// counter learns what a table holds.
type counter struct {
	names   []string
	kinds   []table.Kind
	hash    *table.Hasher
	tallies []*table.Tally
	rows    int64
}

func newCounter(names []string, kinds []table.Kind) *counter {
	c := &counter{names: names, kinds: kinds, hash: table.NewHasher(names, kinds)}
	for _, k := range kinds {
		c.tallies = append(c.tallies, table.NewTally(k))
	}
	return c
}

func (c *counter) count(columns []table.Vector, rows int) {
	for i, t := range c.tallies {
		if c.kinds[i] == table.Number {
			for _, x := range columns[i].Numbers[:rows] {
				t.Number(x)
			}
			continue
		}
		for _, s := range columns[i].Texts[:rows] {
			t.Text(bytesOf(s))
		}
	}
	for row := range rows {
		for i, k := range c.kinds {
			if k == table.Number {
				c.hash.Number(columns[i].Numbers[row])
			} else {
				c.hash.Text(bytesOf(columns[i].Texts[row]))
			}
		}
	}
	c.rows += int64(rows)
}

// bytesOf gives a text's bytes, which must not be changed, without a copy.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func (c *counter) result() *ingested {
	in := &ingested{rows: c.rows, hash: c.hash.Sum(), stored: c.kinds}
	for i, t := range c.tallies {
		in.schema = append(in.schema, t.Column(c.names[i]))
	}
	table.Roles(in.schema)
	return in
}

// spool copies an upload to a file and refuses one over the limit.
func spool(ctx context.Context, path string, r io.Reader, limit int64) (n int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := make([]byte, 1<<20)
	for {
		if err := context.Cause(ctx); err != nil {
			return n, err
		}
		k, rerr := r.Read(buf)
		n += int64(k)
		if n > limit {
			return n, fault.Newf(fault.TooLarge, "The file is larger than the limit of %d MB. Split it, or ask whoever runs this server to raise --upload-limit.", limit/1e6)
		}
		if _, err := f.Write(buf[:k]); err != nil {
			return n, err
		}
		if rerr == io.EOF {
			return n, nil
		}
		if e, ok := errors.AsType[*fault.Error](rerr); ok {
			return n, e
		}
		if rerr != nil {
			return n, &fault.Error{Code: fault.Canceled, Err: rerr, Msg: "The upload broke off. Nothing was kept: try again."}
		}
	}
}
