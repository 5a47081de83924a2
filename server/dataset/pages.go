package dataset

import (
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/shared/table"
)

// pageRowsMost is how many rows a page has at most that a pager gives.
const pageRowsMost = 4096

// page is one column of some rows that follow each other.
type page struct {
	rows    int
	there   []int16             // of each row: 1 if it has a value; nil if all have
	numbers []float64           // the values that there are, of a number
	texts   []parquet.ByteArray // those of a text
}

// pager reads columns of row groups, page by page, as they lie in the file: for
// filters and orders, which ask for all rows of few columns. It reuses its memory.
type pager struct {
	levels  []int16
	numbers []float64
	texts   []parquet.ByteArray
	arena   []byte // of texts made of numbers
	ids     []int64
}

// each calls fn with a column that is read as a kind. The page is valid during the call.
func (p *pager) each(group *file.RowGroupReader, column int, kind table.Kind, fn func(page) error) error {
	rd, err := group.Column(column)
	if err != nil {
		return err
	}
	for rd.HasNext() {
		out, err := p.read(rd, pageRowsMost, kind)
		if err != nil {
			return err
		}
		if err := fn(out); err != nil {
			return err
		}
	}
	return rd.Err()
}

// read reads at most so many rows of a page of a column that is read as a kind.
// They are valid until the next call.
func (p *pager) read(rd file.ColumnChunkReader, most int, kind table.Kind) (out page, err error) {
	if p.levels == nil {
		p.levels, p.numbers, p.texts = make([]int16, pageRowsMost), make([]float64, pageRowsMost), make([]parquet.ByteArray, pageRowsMost)
	}
	var rows int64
	var values int
	switch rd := rd.(type) {
	case *file.Float64ColumnChunkReader:
		rows, values, err = rd.ReadBatchInPage(int64(most), p.numbers, p.levels, nil)
		out.numbers = p.numbers[:values]
	case *file.ByteArrayColumnChunkReader:
		rows, values, err = rd.ReadBatchInPage(int64(most), p.texts, p.levels, nil)
		out.texts = p.texts[:values]
	default:
		err = fmt.Errorf("dataset: the file has a column of %s, which the writer never makes", rd.Type())
	}
	if out.rows = int(rows); values < out.rows {
		out.there = p.levels[:rows]
	}
	return p.as(out, kind), err
}

// as reads a page as another kind than it is kept as, as convertKind does.
func (p *pager) as(in page, kind table.Kind) page {
	switch {
	case in.texts == nil && kind != table.Number:
		p.arena = p.arena[:0]
		ends := make([]int, len(in.numbers))
		for i, x := range in.numbers {
			p.arena = append(p.arena, numberText(x)...)
			ends[i] = len(p.arena)
		}
		from := 0
		for i, end := range ends {
			p.texts[i], from = p.arena[from:end:end], end
		}
		in.texts, in.numbers = p.texts[:len(ends)], nil
	case in.texts != nil && kind == table.Number:
		if in.there == nil {
			in.there = p.levels[:in.rows]
			for i := range in.there {
				in.there[i] = 1
			}
		}
		in.numbers = p.numbers[:0]
		next := 0
		for i, there := range in.there {
			if there == 0 {
				continue
			}
			if x, ok := table.ParseNumber(in.texts[next]); ok && !math.IsNaN(x) {
				in.numbers = append(in.numbers, x)
			} else {
				in.there[i] = 0
			}
			next++
		}
		in.texts = nil
	}
	return in
}

// idsOf reads the row ids of a group that has them, in the column after the others.
// They are valid until the next call.
func (p *pager) idsOf(group *file.RowGroupReader, column int) ([]int64, error) {
	rd, err := group.Column(column)
	if err != nil {
		return nil, err
	}
	ids, ok := rd.(*file.Int64ColumnChunkReader)
	if !ok {
		return nil, fmt.Errorf("dataset: row ids are of type %s", rd.Type())
	}
	n := int(group.NumRows())
	if cap(p.ids) < n {
		p.ids = make([]int64, n)
	}
	p.ids = p.ids[:n]
	for at := 0; at < n; {
		if !ids.HasNext() {
			return nil, errors.Join(fmt.Errorf("dataset: a row group has %d row ids, want %d", at, n), rd.Err())
		}
		rows, _, err := ids.ReadBatchInPage(int64(n-at), p.ids[at:], nil, nil)
		if err != nil {
			return nil, err
		}
		at += int(rows)
	}
	return p.ids, nil
}
