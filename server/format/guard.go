package format

import (
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/centroid-studio/centroid/shared/fault"
)

// guarded runs what reads a damaged file, perhaps. Arrow's decoders index into
// what the file says and panic where it lies; that is the file's fault, not ours.
// Nothing else may be recovered from: fn calls decoders of one file, and the
// caller drops them after an error.
func guarded(f Format, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a mapped file
	defer func() {
		switch p := recover().(type) {
		case nil:
		case tooMuch:
			err = &fault.Error{Code: fault.TooLarge, Op: "format.guarded", Err: errors.New(p.Error()),
				Msg: fmt.Sprintf("To read the %s file takes more than %d MB of memory at a time, or it is damaged. Write it in smaller pieces (row groups, batches), then try again.", words[f], memoryLimit>>20)}
		default:
			err = damaged(f, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return fn()
}

// damaged is about a file that is not what it says.
func damaged(f Format, cause error) error {
	if e, ok := errors.AsType[*fault.Error](cause); ok {
		return e
	}
	return &fault.Error{Code: fault.Invalid, Op: "format", Err: cause,
		Msg: fmt.Sprintf("The %s file is damaged or was cut off, so it can't be read. Write or send it again.", words[f])}
}

// memoryLimit is what the decoders of one file may have at a time.
const memoryLimit = 512 << 20

// tooMuch is the panic of an allocator over its limit.
type tooMuch struct{ want int64 }

func (t tooMuch) Error() string { return fmt.Sprintf("format: %d bytes at a time", t.want) }

// limited is an allocator of at most memoryLimit at a time: the sizes are the file's word.
type limited struct {
	mem  memory.Allocator
	used atomic.Int64
}

func newLimited() *limited { return &limited{mem: memory.NewGoAllocator()} }

func (l *limited) take(n int) {
	if n < 0 || l.used.Add(int64(n)) > memoryLimit {
		want := l.used.Load()
		l.used.Add(-int64(max(n, 0)))
		panic(tooMuch{want})
	}
}

// Allocate panics over the limit; see guarded.
func (l *limited) Allocate(size int) []byte {
	l.take(size)
	return l.mem.Allocate(size)
}

// Reallocate panics over the limit; see guarded.
func (l *limited) Reallocate(size int, b []byte) []byte {
	if more := size - len(b); more > 0 {
		l.take(more)
	} else {
		l.used.Add(int64(more))
	}
	return l.mem.Reallocate(size, b)
}

// Free gives memory back.
func (l *limited) Free(b []byte) {
	l.used.Add(-int64(len(b)))
	l.mem.Free(b)
}
