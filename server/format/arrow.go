package format

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/centroid-studio/centroid/server/mapped"
)

// arrowSource is an Arrow IPC file, which is Feather of version 2 too, or stream.
type arrowSource struct {
	path   string
	stream bool
}

func (s *arrowSource) close() error { return nil }

func (s *arrowSource) read(ctx context.Context, all bool) (Reader, error) {
	if s.stream {
		return readRecords(ctx, ArrowStream, all, func() (records, error) { return openArrowStream(ctx, s.path) })
	}
	return readRecords(ctx, Arrow, all, func() (records, error) { return openArrowFile(s.path) })
}

// arrowFile is a file that is mapped: its batches may be as large as they like,
// unless they have dictionaries or are packed.
type arrowFile struct {
	m  *mapped.File
	r  *ipc.FileReader
	at int
}

func openArrowFile(path string) (*arrowFile, error) {
	m, err := mapped.Open(path)
	if err != nil {
		return nil, err
	}
	if err := checkArrowFile(m.Bytes()); err != nil {
		return nil, closed(m, err)
	}
	options := []ipc.Option{ipc.WithAllocator(newLimited()), ipc.WithBodySizeLimit(memoryLimit)}
	r, err := ipc.NewFileReader(bytes.NewReader(m.Bytes()), options...)
	if err == nil && !slices.ContainsFunc(r.Schema().Fields(), func(f arrow.Field) bool { return hasDictionary(f.Type) }) {
		// arrow-go can't take dictionaries from mapped memory; all else it need not copy.
		r, err = ipc.NewMappedFileReader(m.Bytes(), append(options, ipc.WithBodySizeLimit(0))...)
	}
	if err != nil {
		return nil, closed(m, err)
	}
	return &arrowFile{m: m, r: r}, nil
}

func hasDictionary(t arrow.DataType) bool {
	if n, ok := t.(arrow.NestedType); ok {
		return slices.ContainsFunc(n.Fields(), func(f arrow.Field) bool { return hasDictionary(f.Type) })
	}
	if e, ok := t.(arrow.ExtensionType); ok {
		return hasDictionary(e.StorageType())
	}
	return t.ID() == arrow.DICTIONARY
}

func (f *arrowFile) schema() *arrow.Schema { return f.r.Schema() }

func (f *arrowFile) next() (arrow.RecordBatch, error) {
	if f.at == f.r.NumRecords() {
		return nil, io.EOF
	}
	rec, err := f.r.RecordBatch(f.at)
	f.at++
	return rec, err
}

func (f *arrowFile) close() error { return f.m.Close() }

// arrowStream reads one batch after another, each whole.
type arrowStream struct {
	f *os.File
	r *ipc.Reader
}

func openArrowStream(ctx context.Context, path string) (*arrowStream, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := checkArrowStream(f); err != nil {
		return nil, closed(f, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, closed(f, err)
	}
	r, err := ipc.NewReader(reader{ctx, f}, ipc.WithAllocator(newLimited()), ipc.WithBodySizeLimit(memoryLimit))
	if err != nil {
		return nil, closed(f, err)
	}
	return &arrowStream{f, r}, nil
}

func (s *arrowStream) schema() *arrow.Schema { return s.r.Schema() }

func (s *arrowStream) next() (arrow.RecordBatch, error) {
	if s.r.Next() {
		return s.r.RecordBatch(), nil
	}
	if err := s.r.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

func (s *arrowStream) close() error { return s.f.Close() }
