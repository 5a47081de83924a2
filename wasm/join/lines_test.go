package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestForget runs a program of Go's before and after: it does the same, unwinds its
// stacks, and says no more than its words when it panics.
func TestForget(t *testing.T) {
	t.Setenv("FAST", "")
	path := filepath.Join(t.TempDir(), "program.wasm")
	build := exec.Command("go", "build", "-o", path, "./testdata/program")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/wasm_exec_node.js")
	run := func() (stdout, stderr string) {
		var out, bad bytes.Buffer
		cmd := exec.Command("node", "--stack-size=8192", script, path)
		cmd.Stdout, cmd.Stderr = &out, &bad
		if err := cmd.Run(); err == nil {
			t.Error("the program did not panic")
		}
		return out.String(), bad.String()
	}
	before, trace := run()
	if !strings.Contains(trace, "main.go:") || !strings.Contains(before, "all is well") {
		t.Fatalf("before: %s\n%s", before, trace)
	}
	if err := rewrite(path); err != nil {
		t.Fatal(err)
	}
	after, trace := run()
	if after != before {
		t.Errorf("the program writes %q, before it was %q", after, before)
	}
	if !strings.Contains(trace, "at the bottom of 3") || strings.Contains(trace, "main.(*pit).fall") || strings.Contains(trace, ".go:") {
		t.Errorf("it ends with\n%s", trace)
	}
	if err := rewrite(path); err != nil {
		t.Errorf("once more: %v", err)
	}
}

func TestForgetRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"no table":  make([]byte, 1000),
		"two":       append(bytes.Clone(lineTable), append(make([]byte, 200), lineTable...)...),
		"cut off":   append(bytes.Clone(lineTable), 1, 2, 3),
		"no order":  append(bytes.Clone(lineTable), bytes.Repeat([]byte{9}, 200)...),
		"too large": append(append(bytes.Clone(lineTable), 0xff, 0xff, 0xff, 0), make([]byte, 200)...),
	} {
		if err := forget(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
