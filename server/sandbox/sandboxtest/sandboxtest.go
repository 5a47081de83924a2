// Package sandboxtest makes sandboxes whose process is the test binary itself.
package sandboxtest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/centroid-studio/centroid/server/sandbox"
)

// Main is the TestMain of packages that use New.
func Main(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "sandbox" {
		if err := sandbox.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// New makes a sandbox with a folder of its own.
func New(t testing.TB, o sandbox.Options) *sandbox.Box {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.Command, o.Dir = []string{exe, "sandbox"}, filepath.Join(t.TempDir(), "sandbox")
	b, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
