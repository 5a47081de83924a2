package dataset

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	answerBytes = 64 << 20 // of the cells of an answer, about
	lookupBytes = 36 << 10 // read at a time: a page with its head
)

// lookup reads rows here and there of a version's file: of each column the pages
// that have them, some on each goroutine.
type lookup struct {
	s    *Source
	rd   *file.Reader
	out  []wire.Row
	left atomic.Int64 // bytes that the answer may still have
}

// places are rows of one row group.
type places struct {
	group int
	rows  []int // in the group, ascending
	to    []int // where they are in the answer
}

// at gives those of some rows, whose ids ascend, that the file has, patched or not.
func (s *Source) at(ctx context.Context, rd *file.Reader, ids []int64) ([]wire.Row, error) {
	l := &lookup{s: s, rd: rd}
	l.left.Store(answerBytes)
	groups, err := l.find(ids)
	if err != nil {
		return nil, err
	}
	columns := len(s.version.Schema)
	if l.left.Add(-16*int64(len(l.out))*int64(columns)) < 0 {
		return nil, tooWide()
	}
	cells := make([]table.Cell, len(l.out)*columns)
	for i := range l.out {
		l.out[i].Cells = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	pagers := make([]pager, workers())
	err = shareOut(ctx, len(pagers), len(groups)*columns, func(w, i int) error {
		return l.column(&pagers[w], &groups[i/columns], i%columns)
	})
	return l.out, err
}

func tooWide() error {
	return fault.Newf(fault.TooLarge, "These rows have more than %d MB. Ask for fewer rows or fewer columns.", answerBytes>>20)
}

// find finds out where the rows are.
func (l *lookup) find(ids []int64) (out []places, err error) {
	first := int64(0)
	var p pager
	for g := range l.rd.NumRowGroups() {
		group := l.rd.RowGroup(g)
		at := places{group: g}
		add := func(row int, id int64) {
			at.rows, at.to = append(at.rows, row), append(at.to, len(l.out))
			l.out = append(l.out, wire.Row{ID: id})
		}
		n := group.NumRows()
		if l.s.version.File.IDs {
			if err := l.named(&p, group, &ids, add); err != nil {
				return nil, err
			}
		} else {
			for ; len(ids) > 0 && ids[0] < first+n; ids = ids[1:] {
				add(int(ids[0]-first), ids[0])
			}
		}
		first += n
		if len(at.rows) > 0 {
			out = append(out, at)
		}
	}
	return out, nil
}

// named finds rows of a group that has a column of row ids, and takes those ids
// from the list that are not above the group's.
func (l *lookup) named(p *pager, group *file.RowGroupReader, ids *[]int64, add func(row int, id int64)) error {
	column := len(l.s.rec.Stored)
	chunk, err := group.MetaData().ColumnChunk(column)
	if err != nil {
		return err
	}
	have, err := chunk.Statistics()
	if err != nil {
		return err
	}
	if ends, ok := have.(*metadata.Int64Statistics); ok && ends.HasMinMax() {
		for len(*ids) > 0 && (*ids)[0] < ends.Min() {
			*ids = (*ids)[1:]
		}
		if len(*ids) == 0 || (*ids)[0] > ends.Max() {
			return nil
		}
	}
	all, err := p.idsOf(group, column)
	if err != nil {
		return err
	}
	for len(*ids) > 0 && len(all) > 0 && (*ids)[0] <= all[len(all)-1] {
		if row, ok := slices.BinarySearch(all, (*ids)[0]); ok {
			add(row, (*ids)[0])
		}
		*ids = (*ids)[1:]
	}
	return nil
}

// column reads one column of rows of a group.
func (l *lookup) column(p *pager, at *places, column int) error {
	v := &l.s.version
	rd, err := l.rd.RowGroup(at.group).Column(column) // a group's reader is for one goroutine
	if err != nil {
		return err
	}
	next := 0 // the row that would be read
	for i, row := range at.rows {
		if err := skip(rd, next, row); err != nil {
			return err
		}
		next = row + 1
		page, err := p.read(rd, 1, v.Schema[column].Kind)
		if err != nil {
			return err
		}
		cell := &l.out[at.to[i]].Cells[column]
		switch {
		case page.rows != 1:
			return fmt.Errorf("dataset: row group %d has no row %d in column %d", at.group, row, column)
		case len(page.numbers) == 1:
			*cell = table.Num(page.numbers[0])
		case len(page.texts) == 1:
			*cell = table.Str(string(page.texts[0]))
			if l.left.Add(-int64(len(page.texts[0]))) < 0 {
				return tooWide()
			}
		}
	}
	return nil
}

// skip goes on to a row: within the pages to come where it is near, else by the
// file's index of pages.
func skip(rd file.ColumnChunkReader, next, row int) (err error) {
	const near = 512
	switch n := int64(row - next); {
	case n == 0:
	case n > near:
		err = rd.SeekToRow(int64(row))
	default:
		switch rd := rd.(type) {
		case *file.Float64ColumnChunkReader:
			_, err = rd.Skip(n)
		case *file.ByteArrayColumnChunkReader:
			_, err = rd.Skip(n)
		}
	}
	return err
}

// reader reads the file's pages, of which few are wanted if sparse is set. Its end is
// kept with the service: that of a wide table takes longer to read than a page.
func (s *Service) reader(f *os.File, sparse bool) (*file.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	props := parquet.NewReaderProperties(memory.DefaultAllocator)
	props.BufferedStreamEnabled, props.BufferSize = sparse, lookupBytes
	options := []file.ReadOption{file.WithReadProps(props)}
	key := footerKey{f.Name(), info.Size(), info.ModTime()}
	known := s.footers.get(key)
	if known != nil {
		options = append(options, file.WithMetadata(known))
	}
	rd, err := file.NewParquetReader(struct{ parquet.ReaderAtSeeker }{f}, options...) // which does not close it
	if err == nil && known == nil {
		s.footers.put(key, rd.MetaData())
	}
	return rd, err
}
