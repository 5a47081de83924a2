// Command join makes the data of a WebAssembly program smaller:
//
//	go run ./wasm/join app.wasm
//
// Go's linker leaves out every few zeros and so makes up to 100,000 pieces. The
// address before each is what does not compress: 110 kB of the download. They become
// one piece. Names of functions and lines of code, which only stack traces show, are
// another 170 kB: they become zeros. FAST=1 keeps them.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: join FILE")
		os.Exit(2)
	}
	if err := rewrite(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "join:", err)
		os.Exit(1)
	}
}

func rewrite(path string) error {
	program, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	edit := forget
	if os.Getenv("FAST") != "" {
		edit = func([]byte) error { return nil }
	}
	joined, err := join(program, edit)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, joined, 0o644)
}

const (
	magic       = "\x00asm\x01\x00\x00\x00"
	dataSection = 11
	i32Const    = 0x41 // an address starts with this,
	end         = 0x0b // and ends with that

	maxAddress = 1 << 26 // more data than this would be an error of this program
)

var errForm = errors.New("not a WebAssembly program as Go's linker writes it")

// join gives the same program with one piece of data, as edit leaves it.
func join(program []byte, edit func(data []byte) error) ([]byte, error) {
	rest, ok := bytes.CutPrefix(program, []byte(magic))
	if !ok {
		return nil, errForm
	}
	out := append(make([]byte, 0, 2*len(program)), magic...)
	for len(rest) > 0 {
		id := rest[0]
		section, after, err := sized(rest[1:])
		if err != nil {
			return nil, err
		}
		rest = after
		if id == dataSection {
			if section, err = joinData(section, edit); err != nil {
				return nil, err
			}
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(section)))
		out = append(out, section...)
	}
	return out, nil
}

// joinData gives a data section with all its pieces in one, and zeros between them.
func joinData(section []byte, edit func(data []byte) error) ([]byte, error) {
	n, k := binary.Uvarint(section)
	if k <= 0 {
		return nil, errForm
	}
	section = section[k:]
	type piece struct {
		at   int
		data []byte
	}
	var pieces []piece
	low, high := maxAddress, 0
	for range n {
		if len(section) < 2 || section[0] != 0 || section[1] != i32Const {
			return nil, errForm
		}
		at, k := signed(section[2:])
		if k == 0 || at < 0 || len(section) < 3+k || section[2+k] != end {
			return nil, errForm
		}
		data, after, err := sized(section[3+k:])
		if err != nil {
			return nil, err
		}
		section = after
		pieces = append(pieces, piece{at, data})
		low, high = min(low, at), max(high, at+len(data))
	}
	if len(section) > 0 || high > maxAddress {
		return nil, errForm
	}
	if len(pieces) == 0 {
		return []byte{0}, nil
	}
	whole := make([]byte, high-low)
	for _, p := range pieces {
		copy(whole[p.at-low:], p.data)
	}
	if err := edit(whole); err != nil {
		return nil, err
	}
	out := appendSigned([]byte{1, 0, i32Const}, low)
	out = append(out, end)
	out = binary.AppendUvarint(out, uint64(len(whole)))
	return append(out, whole...), nil
}

// sized takes off what stands behind its own length.
func sized(b []byte) (part, rest []byte, err error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)-k) {
		return nil, nil, errForm
	}
	return b[k : k+int(n)], b[k+int(n):], nil
}

// signed reads a number in LEB128, and how many bytes it has: none if it is not one.
func signed(b []byte) (v, n int) {
	for n < len(b) && n < 5 {
		c := b[n]
		v |= int(c&0x7f) << (7 * n)
		n++
		if c < 0x80 {
			if c&0x40 != 0 {
				v -= 1 << (7 * n)
			}
			return v, n
		}
	}
	return 0, 0
}

func appendSigned(b []byte, v int) []byte {
	for v < -64 || v > 63 {
		b = append(b, byte(v&0x7f)|0x80)
		v >>= 7
	}
	return append(b, byte(v&0x7f))
}
