package dataset

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/table"
)

// What goes to a reader at once: rows, but fewer where they are wide, so that
// memory does not depend on the table.
const (
	blockRows  = format.BlockRows
	blockCells = format.BlockCells
)

// rowsOf gives how many rows of some columns have at most so many cells.
func rowsOf(columns, rows, cells int) int { return format.RowsOf(columns, rows, cells) }

// column names column i in the file: names of users may be anything.
func column(i int) string { return fmt.Sprintf("c%d", i) }

// idColumn names the column of row ids, which is the last in files that have it.
const idColumn = "id"

// pageSize is the bytes of a page, which is read whole for one of its rows. A
// dictionary of more than four is none.
const pageSize = 32 << 10

// newParquetWriter writes a file of the store: its columns are c0, c1, ... and, if
// ids is set, the rows' ids.
func newParquetWriter(w io.Writer, kinds []table.Kind, ids bool) (*format.ParquetWriter, error) {
	names, id := make([]string, len(kinds)), ""
	for i := range kinds {
		names[i] = column(i)
	}
	if ids {
		id = idColumn
	}
	return format.NewParquetWriter(w, names, kinds, id, parquet.WithPageIndexEnabled(true), parquet.WithDataPageSize(pageSize), parquet.WithDictionaryPageSizeLimit(4*pageSize))
}

// scanParquet reads columns of a file, in row order, in batches of at most
// blockRows rows; the one after the last is the row ids. What fn is given is valid during the call.
func scanParquet(ctx context.Context, f *os.File, columns []int, fn func(first int64, rows int, columns []table.Vector) error) error {
	rd, err := file.NewParquetReader(struct{ parquet.ReaderAtSeeker }{f}) // which does not close it
	if err != nil {
		return err
	}
	most := rowsOf(len(columns), blockRows, blockCells)
	first, out, buffers := int64(0), make([]table.Vector, len(columns)), newFiller(most)
	readers := make([]file.ColumnChunkReader, len(columns))
	for g := range rd.NumRowGroups() { // one by one: a batch of two groups may have more bytes than either
		group := rd.RowGroup(g)
		for i, c := range columns {
			if readers[i], err = group.Column(c); err != nil {
				return err
			}
		}
		for left := int(group.NumRows()); left > 0; {
			n := min(left, most)
			if err := context.Cause(ctx); err != nil {
				return err
			}
			for i, c := range readers {
				if out[i], err = buffers.fill(c, n, out[i]); err != nil {
					return err
				}
			}
			if err := fn(first, n, out); err != nil {
				return err
			}
			first, left = first+int64(n), left-n
		}
	}
	return nil
}
