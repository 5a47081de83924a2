package main

import (
	"bytes"
	"testing"
)

// section gives a section with its length in five bytes, as Go's linker writes it.
func section(id byte, content string) string {
	n := len(content)
	return string([]byte{id, byte(n&0x7f) | 0x80, byte(n>>7) | 0x80, 0x80, 0x80, 0}) + content
}

// as leaves data as it is.
func as([]byte) error { return nil }

func TestJoin(t *testing.T) {
	code := section(10, "\x01\x02\x00\x0b")
	// At 200, at 211, and before both, at 100.
	program := magic + code + section(dataSection, "\x03"+
		"\x00\x41\xc8\x01\x0b\x03abc"+"\x00\x41\xd3\x01\x0b\x02de"+"\x00\x41\xe4\x00\x0b\x01f") + section(0, "\x04name")

	whole := "f" + string(make([]byte, 99)) + "abc" + string(make([]byte, 8)) + "de"
	want := magic + "\x0a\x04\x01\x02\x00\x0b" + "\x0b\x78" + "\x01\x00\x41\xe4\x00\x0b\x71" + whole + "\x00\x05\x04name"
	got, err := join([]byte(program), as)
	if err != nil || string(got) != want {
		t.Fatalf("join gives %q, %v;\nwant %q", got, err, want)
	}
	if again, err := join(got, as); err != nil || !bytes.Equal(again, got) {
		t.Errorf("joined again it is %q, %v", again, err)
	}
	if got, err := join([]byte(magic+section(dataSection, "\x00")), as); err != nil || string(got) != magic+"\x0b\x01\x00" {
		t.Errorf("without data: %q, %v", got, err)
	}

	for name, bad := range map[string]string{
		"no program":         "\x7fELF",
		"cut off":            program[:len(program)-3],
		"a piece cut off":    magic + section(dataSection, "\x01\x00\x41\x08\x0b\x05abc"),
		"a piece too many":   magic + section(dataSection, "\x01\x00\x41\x08\x0b\x01abc"),
		"another memory":     magic + section(dataSection, "\x01\x02\x01\x41\x08\x0b\x01a"),
		"a computed address": magic + section(dataSection, "\x01\x00\x23\x00\x0b\x01a"),
		"an address below 0": magic + section(dataSection, "\x01\x00\x41\x7f\x0b\x01a"),
		"an address far out": magic + section(dataSection, "\x01\x00\x41\xff\xff\xff\xff\x07\x0b\x01a"),
	} {
		if got, err := join([]byte(bad), as); err == nil {
			t.Errorf("%s: %q, want an error", name, got)
		}
	}
}
