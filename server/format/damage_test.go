package format

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
)

// sound wants a file to be read, or refused in words for the user: nothing else
// may come of it, whatever it holds.
func sound(t *testing.T, path string) error {
	t.Helper()
	_, names, kinds, rows, err := read(context.Background(), path)
	if err == nil {
		for _, r := range rows {
			if len(r) != len(names) || len(kinds) != len(names) {
				t.Fatalf("%d names, %d kinds, %d cells", len(names), len(kinds), len(r))
			}
		}
		return nil
	}
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != fault.Invalid && e.Code != fault.TooLarge || e.Msg == "" {
		t.Fatalf("%v, want a fault of the file", err)
	}
	return err
}

func golden(t testing.TB, pattern string) (all [][]byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s (%v)", pattern, err)
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// TestDamaged cuts each file of other programs off at many places and changes
// single bytes of it.
func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "file")
	panics := 0
	for _, pattern := range []string{"*.parquet", "*.arrow", "*.arrows", "*.npy"} {
		for _, whole := range golden(t, pattern) {
			for i := range 100 {
				b := bytes.Clone(whole)
				if i%3 == 0 {
					b = b[:random.IntN(len(b))]
				} else {
					b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
				}
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := sound(t, path); err != nil && strings.Contains(err.Error(), "panic") {
					panics++
				}
			}
		}
	}
	if panics == 0 {
		t.Error("no damaged file made a decoder panic: this test does not show that panics are caught")
	}
	t.Logf("%d files made a decoder panic", panics)
}

// TestMemoryLimit asks a decoder's allocator for more than it may have.
func TestMemoryLimit(t *testing.T) {
	err := guarded(Parquet, func() error {
		mem := newLimited()
		b := mem.Allocate(100 << 20)
		b = mem.Reallocate(200<<20, b)
		mem.Free(b)
		mem.Allocate(400 << 20)
		mem.Allocate(400 << 20)
		return nil
	})
	if fault.CodeOf(err) != fault.TooLarge || !strings.Contains(fault.Message(err), "512 MB of memory") {
		t.Errorf("800 MB at a time: %v", err)
	}
}

// fuzz feeds a reader with files that begin so.
func fuzz(f *testing.F, prefix, pattern string, more ...string) {
	if pattern != "" {
		for _, b := range golden(f, pattern) {
			f.Add(b)
		}
	}
	for _, s := range more {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, []byte(prefix)) {
			b = append([]byte(prefix), b...)
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = sound(t, path) // it fails the test itself
	})
}

func FuzzParquet(f *testing.F)     { fuzz(f, "PAR1", "*.parquet") }
func FuzzArrow(f *testing.F)       { fuzz(f, "ARROW1", "*.arrow") }
func FuzzArrowStream(f *testing.F) { fuzz(f, "\xff\xff\xff\xff", "*.arrows") }
func FuzzNPY(f *testing.F)         { fuzz(f, "\x93NUMPY", "*.npy") }

func FuzzNDJSON(f *testing.F) {
	fuzz(f, `{"`, "", `{"a":1}`, "{\"a\":{\"b\":\"x\"}}\n{\"a\":null}", `{"a":[1,{"b":2}],"c":"\u00e9"}`, `{"":1,"a":"Infinity"}`)
}

func FuzzJSON(f *testing.F) {
	fuzz(f, "[", "", `[{"a":1},{"b":"x"}]`, `[]`, `[{"a":{"b":1}},{"a":1}]`, `[1]`)
}

func FuzzPacked(f *testing.F) {
	var all []string
	for _, b := range packed(f, []byte("a,b\n1,x\n")) {
		all = append(all, string(b))
	}
	fuzz(f, "", "", all...)
}

// FuzzCSV reads what is nothing else.
func FuzzCSV(f *testing.F) { fuzz(f, "", "", "a,b\n1,2\n", "a;b\n1,5;x\n", "a\n\"\n") }
