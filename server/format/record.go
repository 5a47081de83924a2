package format

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// records gives the record batches of a file, one after another, and io.EOF. A
// batch is valid until the next call. It may panic; see guarded.
type records interface {
	schema() *arrow.Schema
	next() (arrow.RecordBatch, error)
	close() error
}

// recordReader makes blocks of record batches.
type recordReader struct {
	ctx    context.Context
	format Format
	from   records
	leaves []leaf
	names  []string
	kinds  []table.Kind

	rec  arrow.RecordBatch
	at   int   // the next row of it
	rows int64 // given
	err  error // after which nothing comes
}

// readRecords begins to read what open opens. With all, it reads twice: first the
// integers that a float64 may not hold.
func readRecords(ctx context.Context, f Format, all bool, open func() (records, error)) (Reader, error) {
	from, err := open()
	if err != nil {
		return nil, damaged(f, err)
	}
	r := &recordReader{ctx: ctx, format: f, from: from, leaves: leaves(from.schema())}
	if all {
		err := r.settle()
		if err = errors.Join(err, from.close()); err != nil {
			return nil, err
		}
		if r.from, err = open(); err != nil {
			return nil, damaged(f, err)
		}
	}
	for _, l := range r.leaves {
		r.names, r.kinds = append(r.names, l.name), append(r.kinds, l.kind)
	}
	return r, nil
}

// settle makes columns of integers texts if one of them is not exact as a float64.
func (r *recordReader) settle() error {
	scratch := make([]float64, BlockRows)
	for {
		rec, err := r.from.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(r.format, err)
		}
		if err := context.Cause(r.ctx); err != nil {
			return err
		}
		for i := range r.leaves {
			if err := r.leaves[i].settle(rec, scratch); err != nil {
				return damaged(r.format, err)
			}
		}
	}
}

func (l *leaf) settle(rec arrow.RecordBatch, scratch []float64) error {
	for from, rows := 0, int(rec.NumRows()); l.exact && l.kind == table.Number && from < rows; from += len(scratch) {
		ok, err := l.numbers(rec, from, min(len(scratch), rows-from), scratch)
		if err != nil {
			return err
		}
		if !ok {
			l.kind = table.Text
		}
	}
	return nil
}

func (r *recordReader) Columns() ([]string, []table.Kind) { return r.names, r.kinds }

func (r *recordReader) Close() error { return r.from.close() }

func (r *recordReader) Fill(b *Block) error {
	b.clear()
	if r.err != nil {
		return r.err
	}
	r.err = guarded(r.format, func() error { return r.fill(b) })
	if r.err != nil {
		b.clear()
	}
	return r.err
}

func (r *recordReader) fill(b *Block) error {
	for r.rec == nil || r.at == int(r.rec.NumRows()) {
		rec, err := r.from.next()
		switch {
		case err == io.EOF && r.rows == 0:
			return fault.Newf(fault.Invalid, "The %s file has columns, but no rows.", r.format.Name())
		case err == io.EOF:
			return err
		case err != nil:
			return damaged(r.format, err)
		}
		if err := context.Cause(r.ctx); err != nil {
			return err
		}
		r.rec, r.at = rec, 0
	}
	n := min(b.Room(), int(r.rec.NumRows())-r.at)
	// Texts first: they say how many rows fit.
	for i, l := range r.leaves {
		if l.kind != table.Text {
			continue
		}
		var err error
		if n, err = r.texts(b, i, n); err != nil {
			return damaged(r.format, err)
		}
	}
	b.Bytes = 0
	for i, l := range r.leaves {
		if l.kind == table.Text {
			for _, s := range b.Columns[i].Texts[:n] {
				b.Bytes += len(s)
			}
			continue
		}
		ok, err := l.numbers(r.rec, r.at, n, b.Columns[i].Numbers)
		if err != nil {
			return damaged(r.format, err)
		}
		if !ok {
			return ErrKinds
		}
	}
	b.Rows = n
	r.at += n
	r.rows += int64(n)
	return nil
}

// texts copies n texts of column i, or fewer, at least one, if they would be more
// than their share of a block. The copies lie in one piece of memory.
func (r *recordReader) texts(b *Block, i, n int) (int, error) {
	l := r.leaves[i]
	a, null := l.array(r.rec)
	to := b.Columns[i].Texts
	var piece strings.Builder
	ends := make([]int, 0, n)
	for k := range n {
		if !null(r.at + k) {
			s, err := l.text(a, r.at+k, r.rows+int64(k))
			if err != nil {
				return 0, err
			}
			piece.WriteString(s)
		}
		ends = append(ends, piece.Len())
		if piece.Len()+b.Bytes > BlockBytes {
			n = k + 1
			break
		}
	}
	b.Bytes += piece.Len()
	whole, begin := piece.String(), 0
	for k, end := range ends {
		to[k] = whole[begin:end]
		begin = end
	}
	return n, nil
}
