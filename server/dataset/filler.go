package dataset

import (
	"errors"
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/shared/table"
)

// filler reads batches of columns, with NaN and "" for what is missing. It reuses its memory.
type filler struct {
	there []int16             // of each row of a page: 1 if it has a value
	texts []parquet.ByteArray // of a page
	ids   []int64             // likewise
	arena []byte              // the texts of a batch, one after another
	ends  []int               // of each in arena
}

func newFiller(most int) *filler { return &filler{there: make([]int16, most)} }

// fill reads the next rows of a column. It reuses the slices of old, but not its texts.
func (f *filler) fill(rd file.ColumnChunkReader, rows int, old table.Vector) (table.Vector, error) {
	switch rd := rd.(type) {
	case *file.Float64ColumnChunkReader:
		old.Numbers = sized(old.Numbers, rows)
		return old, f.each(rd, rows, func(at, n int) (int64, error) {
			page := old.Numbers[at:]
			got, values, err := rd.ReadBatchInPage(int64(n), page[:n], f.there, nil)
			if values < int(got) {
				f.spread(page[:got], values)
			}
			return got, err
		})
	case *file.Int64ColumnChunkReader: // row ids, which are far below 2^53
		old.Numbers, f.ids = sized(old.Numbers, rows), sized(f.ids, rows)
		return old, f.each(rd, rows, func(at, n int) (int64, error) {
			got, values, err := rd.ReadBatchInPage(int64(n), f.ids, nil, nil)
			for i, id := range f.ids[:values] {
				old.Numbers[at+i] = float64(id)
			}
			return got, err
		})
	case *file.ByteArrayColumnChunkReader:
		f.texts, f.arena, f.ends = sized(f.texts, rows), f.arena[:0], f.ends[:0]
		err := f.each(rd, rows, func(_, n int) (int64, error) {
			got, values, err := rd.ReadBatchInPage(int64(n), f.texts, f.there, nil)
			f.add(int(got), values)
			return got, err
		})
		old.Texts = sized(old.Texts, rows)
		whole, from := string(f.arena), 0 // one piece of memory for all
		for i, end := range f.ends {
			old.Texts[i], from = whole[from:end], end
		}
		return old, err
	}
	return old, fmt.Errorf("dataset: the file has a column of %s, which the writer never makes", rd.Type())
}

// each calls read with where the next rows begin and how many are wanted, until
// there are so many: a page may have fewer.
func (f *filler) each(rd file.ColumnChunkReader, rows int, read func(at, n int) (got int64, err error)) error {
	for at := 0; at < rows; {
		got, err := read(at, rows-at)
		if err != nil {
			return err
		}
		if got == 0 {
			return errors.Join(fmt.Errorf("dataset: a column ends %d rows before its row group", rows-at), rd.Err())
		}
		at += int(got)
	}
	return nil
}

// spread moves so many values, which are first, to the rows that have one.
func (f *filler) spread(page []float64, values int) {
	for i := len(page) - 1; i >= 0; i-- {
		if f.there[i] == 0 {
			page[i] = math.NaN()
			continue
		}
		values--
		page[i] = page[values]
	}
}

// add adds the texts of a page.
func (f *filler) add(rows, values int) {
	next := 0
	for i := range rows {
		if values == rows || f.there[i] != 0 {
			f.arena = append(f.arena, f.texts[next]...)
			next++
		}
		f.ends = append(f.ends, len(f.arena))
	}
}

// sized gives memory of n, of what there is if it is enough.
func sized[T any](have []T, n int) []T {
	if cap(have) < n || have == nil {
		return make([]T, n)
	}
	return have[:n]
}
