package worker

import (
	"context"
	"io"
)

// piece is how much of a file is in memory at a time.
const piece = 1 << 20

// File is a file of the user's, or one made of bytes. Its content stays where it
// is until it is read, and goes to a worker by reference.
type File struct {
	Name string
	Size int64 // bytes

	content content
}

// Read gives the bytes from one place to another, fewer where the file ends before.
// A file that was changed or taken away since it was chosen is fault.Unavailable.
func (f *File) Read(ctx context.Context, from, to int64) ([]byte, error) {
	from, to = min(from, f.Size), min(to, f.Size)
	if from >= to {
		return nil, context.Cause(ctx)
	}
	b, err := f.content.read(from, to)
	if err == nil {
		err = context.Cause(ctx)
	}
	return b, err
}

// Reader gives the bytes from one place to another as a stream, 1 MiB in memory at a time.
func (f *File) Reader(ctx context.Context, from, to int64) io.Reader {
	return &reader{f: f, ctx: ctx, at: from, to: min(to, f.Size)}
}

type reader struct {
	f      *File
	ctx    context.Context // of the one call that reads
	at, to int64
	rest   []byte
}

func (r *reader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.at >= r.to {
			return 0, io.EOF
		}
		b, err := r.f.Read(r.ctx, r.at, min(r.at+piece, r.to))
		if err != nil {
			return 0, err
		}
		if len(b) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		r.rest, r.at = b, r.at+int64(len(b))
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
