package format

import (
	"context"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// parquetSource is a Parquet file.
type parquetSource struct{ path string }

func (s *parquetSource) close() error { return nil }

func (s *parquetSource) read(ctx context.Context, all bool) (Reader, error) {
	return readRecords(ctx, Parquet, all, func() (records, error) { return openParquet(ctx, s.path) })
}

// parquetRecords reads one row group after another, on the caller's goroutine
// alone: what panics must panic there. Pages are read one by one.
type parquetRecords struct {
	ctx   context.Context
	f     *os.File
	rd    *file.Reader
	fr    *pqarrow.FileReader
	group pqarrow.RecordReader // nil: none is open
	at    int                  // the next row group
	s     *arrow.Schema
}

func openParquet(ctx context.Context, path string) (*parquetRecords, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	p, err := newParquetRecords(ctx, f)
	if err != nil {
		return nil, closed(f, err)
	}
	return p, nil
}

func newParquetRecords(ctx context.Context, f *os.File) (*parquetRecords, error) {
	mem := newLimited()
	props := parquet.NewReaderProperties(mem)
	props.BufferedStreamEnabled, props.BufferSize = true, 256<<10
	rd, err := file.NewParquetReader(f, file.WithReadProps(props))
	if err != nil {
		return nil, err
	}
	batch := RowsOf(rd.MetaData().Schema.NumColumns(), BlockRows, BlockCells)
	fr, err := pqarrow.NewFileReader(rd, pqarrow.ArrowReadProperties{BatchSize: int64(batch)}, mem)
	if err != nil {
		return nil, err
	}
	s, err := fr.Schema()
	return &parquetRecords{ctx: ctx, f: f, rd: rd, fr: fr, s: s}, err
}

func (p *parquetRecords) schema() *arrow.Schema { return p.s }

func (p *parquetRecords) next() (arrow.RecordBatch, error) {
	for {
		if p.group == nil {
			if p.at == p.rd.NumRowGroups() {
				return nil, io.EOF
			}
			var err error
			if p.group, err = p.fr.GetRecordReader(p.ctx, nil, []int{p.at}); err != nil {
				return nil, err
			}
			p.at++
		}
		if p.group.Next() {
			return p.group.RecordBatch(), nil
		}
		if err := p.group.Err(); err != nil && err != io.EOF {
			return nil, err
		}
		p.group.Release()
		p.group = nil
	}
}

func (p *parquetRecords) close() error {
	// After a panic the decoders' state is unknown: the garbage collector takes them.
	return p.f.Close()
}
