package format

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"

	"github.com/centroid-studio/centroid/shared/table"
)

// csvSource is a delimited file; table.Reader says what it may be.
type csvSource struct{ path string }

func (s csvSource) close() error { return nil }

func (s csvSource) read(ctx context.Context, all bool) (Reader, error) {
	rows := GuessRows
	if all {
		rows = 0
	}
	kinds, err := s.guess(ctx, rows)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	r, err := table.NewReader(f, table.Limits{})
	if err != nil {
		return nil, closed(f, err)
	}
	return &csvReader{f: f, r: r, kinds: kinds}, nil
}

func (s csvSource) guess(ctx context.Context, rows int) ([]table.Kind, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := table.NewReader(reader{ctx, f}, table.Limits{})
	if err != nil {
		return nil, err
	}
	kinds, _, err := table.Guess(r, rows)
	return kinds, err
}

// reader can't be read any more when ctx has ended.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

type csvReader struct {
	f     *os.File
	r     *table.Reader
	kinds []table.Kind
	err   error // after which nothing comes
}

func (c *csvReader) Columns() ([]string, []table.Kind) { return c.r.Header(), c.kinds }

func (c *csvReader) Close() error { return c.f.Close() }

func (c *csvReader) Fill(b *Block) error {
	b.clear()
	for c.err == nil && !b.full() {
		fields, err := c.r.Read()
		if err == nil {
			err = c.row(b, fields)
		}
		if err != nil {
			c.err = err
			break
		}
		b.Rows++
	}
	if c.err == nil || c.err == io.EOF && b.Rows > 0 {
		return nil
	}
	return c.err
}

func (c *csvReader) row(b *Block, fields [][]byte) error {
	for i, f := range fields {
		if c.kinds[i] == table.Number {
			x, ok := table.ParseNumber(f)
			if !ok || f[0] == '0' || f[0] == ' ' || len(f) > 15 && bytes.IndexByte(f, '.') < 0 {
				switch {
				case table.IsMissing(f):
					x = math.NaN()
				case !c.r.Numeric(f):
					return ErrKinds
				case !ok:
					x, _ = c.r.Number(f) // it is numeric
				}
			}
			b.Columns[i].Numbers[b.Rows] = x
			continue
		}
		if table.IsMissing(f) {
			f = nil
		}
		b.Columns[i].Texts[b.Rows] = string(f)
		b.Bytes += len(f)
	}
	return nil
}

// closed closes what could not be used.
func closed(c io.Closer, err error) error {
	_ = c.Close() // it was only read
	return err
}
