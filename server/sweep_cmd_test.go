package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// threeGroups is a table of three round groups.
func threeGroups() string {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range uint64(150) {
		u := func(purpose uint64) float64 { return kmeans.Uniform(1, purpose, i) }
		fmt.Fprintf(&b, "%.3f,%.3f\n", u(1)+u(2)+[]float64{0, 6, 3}[i%3], u(3)+u(4)+[]float64{0, 0, 6}[i%3])
	}
	return b.String()
}

func TestSweep(t *testing.T) {
	data := tempFile(t, "groups.csv", threeGroups())
	sweep := func(args ...string) string {
		t.Helper()
		out, stderr, err := command(newSweepCommand(), append([]string{"--data", data, "--restarts", "4", "--references", "5"}, args...)...)
		if err != nil || stderr != "" {
			t.Fatalf("sweep: %v, stderr %q", err, stderr)
		}
		return out
	}
	out := sweep("--k", "1-6")
	lines := strings.Split(out, "\n")
	if len(lines) != 12 || !strings.Contains(lines[0], "Davies-Bouldin") {
		t.Fatalf("sweep printed %d lines, want a head, 6 numbers of clusters, 3 proposals:\n%s", len(lines)-1, out)
	}
	if one := strings.Fields(lines[1]); len(one) != 8 || one[2] != "–" || one[3] != "–" || one[6] != "±" {
		t.Errorf("the line of one cluster is %q, want an inertia and a gap alone", lines[1])
	}
	for i, way := range []string{"elbow", "silhouette", "gap"} {
		if got := strings.Fields(lines[8+i]); len(got) < 4 || got[0] != way || got[3] != "3" {
			t.Errorf("%q, want k = 3 by the %s", lines[8+i], way)
		}
	}
	_, m, _ := trainFile(t, data, "--k", "3", "--restarts", "4")
	if s := m.Training; !strings.Contains(lines[3], fmt.Sprintf("%.8g", s.Inertia)) || !strings.Contains(lines[3], fmt.Sprintf("%.4f", s.Silhouette.Mean)) {
		t.Errorf("the line of three clusters is %q, but train gives an inertia of %v and a silhouette of %v", lines[3], s.Inertia, s.Silhouette.Mean)
	}
	for _, workers := range []string{"1", "3"} {
		if again := sweep("--k", "1-6", "--workers", workers); again != out {
			t.Errorf("with %s workers it prints\n%s\nwant\n%s", workers, again, out)
		}
	}
	if short := sweep("--k", "2-3", "--references", "0"); strings.Contains(short, "±") || !strings.Contains(short, "no k") || strings.Contains(short, "\ngap") {
		t.Errorf("a short sweep without references prints\n%s\nwant no gap and no elbow", short)
	}
}

func TestSweepFaults(t *testing.T) {
	iris := sampleFile("iris.csv")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"one number":  {[]string{"--k", "5"}, "two numbers"},
		"a word":      {[]string{"--k", "2-many"}, "two numbers"},
		"from none":   {[]string{"--k", "0-4"}, "two numbers"},
		"down":        {[]string{"--k", "7-3"}, "two numbers"},
		"without end": {[]string{"--k", "2-5000"}, "by less than 1000"},
		"too many":    {[]string{"--k", "2-151"}, "only 150 rows"},
		"references":  {[]string{"--references", "-1"}, "want 0"},
		"workers":     {[]string{"--workers", "0"}, "at least 1"},
	} {
		_, _, err := command(newSweepCommand(), append([]string{"--data", iris}, c.args...)...)
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.want) {
			t.Errorf("%s: sweep = %v, want an invalid fault with %q", name, err, c.want)
		}
	}
}
