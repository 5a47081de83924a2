package dataset

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"os"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// guessRows is how many rows decide how a column is kept, until one does not fit.
const guessRows = 10_000

// block is rows on the way from the scanner to the writer.
type block struct {
	rows    int
	bytes   int // of texts
	columns []table.Vector
}

// ingested is what ingest learned about a file.
type ingested struct {
	rows   int64
	hash   string
	stored []table.Kind
	schema table.Schema
}

// errWiden says that a column of numbers met a text.
var errWiden = errors.New("dataset: a column of numbers has a text")

// ingest turns the CSV file src into the Parquet file dst. Memory does not
// depend on the size of the file.
func ingest(ctx context.Context, src, dst string) (*ingested, error) {
	kinds, err := guess(ctx, src, guessRows)
	if err != nil {
		return nil, err
	}
	in, err := convert(ctx, src, dst, kinds)
	if !errors.Is(err, errWiden) {
		return in, err
	}
	// Other columns may have late texts too: all rows are asked, so that this happens once.
	if kinds, err = guess(ctx, src, 0); err != nil {
		return nil, err
	}
	return convert(ctx, src, dst, kinds)
}

// guess asks at most rows rows, all if it is 0.
func guess(ctx context.Context, src string, rows int) ([]table.Kind, error) {
	f, err := os.Open(src)
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

// reader is a file that can't be read any more when ctx has ended.
type reader struct {
	ctx context.Context
	f   *os.File
}

func (r reader) Read(p []byte) (int, error) {
	if err := context.Cause(r.ctx); err != nil {
		return 0, err
	}
	return r.f.Read(p)
}

// convert scans on this goroutine and writes on another.
func convert(ctx context.Context, src, dst string, kinds []table.Kind) (in *ingested, err error) {
	from, err := os.Open(src)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	r, err := table.NewReader(from, table.Limits{})
	if err != nil {
		return nil, err
	}
	to, err := os.Create(dst)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	buffered := bufio.NewWriterSize(to, 1<<20)
	w, err := newParquetWriter(buffered, kinds, false)
	if err != nil {
		return nil, err
	}

	full, free := make(chan *block, 2), make(chan *block, 4)
	for range cap(free) {
		free <- newBlock(kinds)
	}
	written := make(chan error, 1)
	go func() {
		var err error
		for b := range full {
			if err == nil {
				err = w.write(b.rows, b.bytes, b.columns, nil)
			}
			free <- b
		}
		written <- err
	}()
	s := scanner{r: r, kinds: kinds, hash: table.NewHasher(r.Header(), kinds)}
	for _, k := range kinds {
		s.tallies = append(s.tallies, table.NewTally(k))
	}
	err = s.scan(ctx, full, free)
	close(full)
	if werr := <-written; err == nil {
		err = werr
	}
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.close(), buffered.Flush(), to.Sync()); err != nil {
		return nil, err
	}
	return s.result(), nil
}

func newBlock(kinds []table.Kind) *block {
	b := &block{columns: make([]table.Vector, len(kinds))}
	most := rowsOf(len(kinds), blockRows, blockCells)
	for i, k := range kinds {
		if k == table.Number {
			b.columns[i].Numbers = make([]float64, most)
		} else {
			b.columns[i].Texts = make([]string, most)
		}
	}
	return b
}

type scanner struct {
	r       *table.Reader
	kinds   []table.Kind
	hash    *table.Hasher
	tallies []*table.Tally
	rows    int64
}

func (s *scanner) scan(ctx context.Context, full chan<- *block, free <-chan *block) error {
	most := rowsOf(len(s.kinds), blockRows, blockCells)
	for {
		b := <-free
		b.rows, b.bytes = 0, 0
		for b.rows < most && b.bytes < blockBytes {
			fields, err := s.r.Read()
			if err == io.EOF {
				full <- b
				return nil
			}
			if err != nil {
				return err
			}
			if err := s.row(b, fields); err != nil {
				return err
			}
			b.rows++
			s.rows++
		}
		full <- b
		if err := context.Cause(ctx); err != nil {
			return err
		}
	}
}

func (s *scanner) row(b *block, fields [][]byte) error {
	for i, f := range fields {
		if s.kinds[i] == table.Number {
			x, ok := table.ParseNumber(f)
			if !ok || f[0] == '0' || f[0] == ' ' {
				switch {
				case table.IsMissing(f):
					x = math.NaN()
				case !table.Numeric(f):
					return errWiden
				}
			}
			b.columns[i].Numbers[b.rows] = x
			s.tallies[i].Number(x)
			s.hash.Number(x)
			continue
		}
		if table.IsMissing(f) {
			f = nil
		}
		b.columns[i].Texts[b.rows] = string(f)
		b.bytes += len(f)
		s.tallies[i].Text(f)
		s.hash.Text(f)
	}
	return nil
}

func (s *scanner) result() *ingested {
	in := &ingested{rows: s.rows, hash: s.hash.Sum(), stored: s.kinds}
	for i, t := range s.tallies {
		in.schema = append(in.schema, t.Column(s.r.Header()[i]))
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
		if rerr != nil {
			return n, &fault.Error{Code: fault.Canceled, Err: rerr, Msg: "The upload broke off. Nothing was kept: try again."}
		}
	}
}
