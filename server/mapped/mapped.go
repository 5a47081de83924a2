//go:build (linux || darwin) && (amd64 || arm64)

// Package mapped reads files of numbers through the page cache: what is read does
// not count as the process's memory, and the kernel drops it when it needs room.
// These systems are little-endian, as the files are; on others it does not build.
package mapped

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/centroid-studio/centroid/shared/fault"
)

// File is a file's content, read-only. Several goroutines may read it.
//
// Where the file becomes shorter while it is mapped, or its disk fails, reading
// faults: the program ends, unless the goroutine has called debug.SetPanicOnFault; then
// it panics, and Caught puts that into words.
type File struct {
	content []byte
}

// Open maps a file. The caller closes it.
func Open(path string) (_ *File, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }() // the mapping does not need it
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return &File{}, nil
	}
	content, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &File{content}, nil
}

// Bytes gives the content. Its beginning lies on a page's. It must not be read after Close.
func (f *File) Bytes() []byte { return f.content }

// Close unmaps the file.
func (f *File) Close() error {
	if f.content == nil {
		return nil
	}
	content := f.content
	f.content = nil
	return os.NewSyscallError("munmap", unix.Munmap(content))
}

// step is what one advice is for: Linux reads only as much as the disk takes at once.
const step = 256 << 10

// WillNeed has the kernel read a part of a mapped file from the disk, if it is not in the
// page cache, and does not wait for it. It is advice: nothing depends on its success.
func WillNeed[T Value](part []T) {
	b := BytesOf(part)
	if len(b) == 0 {
		return
	}
	start := unsafe.Pointer(&b[0])
	before := int(uintptr(start) % uintptr(os.Getpagesize())) // an advice begins with a page
	b = unsafe.Slice((*byte)(unsafe.Add(start, -before)), before+len(b))
	for ; len(b) > 0; b = b[min(step, len(b)):] {
		if unix.Madvise(b[:min(step, len(b))], unix.MADV_WILLNEED) != nil {
			return
		}
	}
}

// Value is a number as files have them.
type Value interface{ float32 | float64 | int64 }

// As reads bytes as values; both share memory.
func As[T Value](b []byte) []T {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(T(0))))
}

// BytesOf reads values as bytes; both share memory.
func BytesOf[T Value](v []T) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(T(0))))
}

// Caught turns what recover gave, not nil, into an error: fault.Unavailable if a file
// could not be read any more.
func Caught(p any) error {
	if err, ok := p.(interface {
		runtime.Error
		Addr() uintptr
	}); ok {
		return &fault.Error{Code: fault.Unavailable, Op: "mapped", Err: err, Msg: "The rows can't be read any more: their file was changed, or its disk fails. Try again."}
	}
	return fmt.Errorf("panic: %v\n%s", p, debug.Stack())
}
