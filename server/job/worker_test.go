package job

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestWorkerName(t *testing.T) {
	a, b := WorkerName(), WorkerName()
	if a == b {
		t.Errorf("two names are both %q", a)
	}
	if Dead(a) {
		t.Errorf("Dead(%q) = true in its own process", a)
	}
	part := strings.Split(a, "/")
	if len(part) != 4 || part[1] != fmt.Sprint(os.Getpid()) {
		t.Fatalf("WorkerName() = %q, want machine/process/start/chance", a)
	}
}

func TestDead(t *testing.T) {
	part := strings.Split(WorkerName(), "/")
	if part[2] == "" {
		t.Skip("this system does not tell when a process started")
	}
	child := exec.Command(os.Args[0], "-test.run=^$")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	gone := fmt.Sprint(child.Process.Pid)
	for name, tc := range map[string]struct {
		worker string
		want   bool
	}{
		"a process that has ended":    {part[0] + "/" + gone + "/" + part[2] + "/x", true},
		"another start of the id":     {part[0] + "/" + part[1] + "/1/x", true},
		"another machine":             {"elsewhere/" + gone + "/" + part[2] + "/x", false},
		"start not told":              {part[0] + "/" + gone + "//x", false},
		"another form":                {"worker-1", false},
		"no number":                   {part[0] + "/x/" + part[2] + "/x", false},
		"nothing":                     {"", false},
		"this process, other chances": {part[0] + "/" + part[1] + "/" + part[2] + "/y", false},
	} {
		if got := Dead(tc.worker); got != tc.want {
			t.Errorf("%s: Dead(%q) = %v, want %v", name, tc.worker, got, tc.want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{-1: time.Second, 0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 6: 32 * time.Second, 7: time.Minute, 8: time.Minute, 1000: time.Minute} {
		if got := Backoff(n); got != want {
			t.Errorf("Backoff(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestEnded(t *testing.T) {
	for state, want := range map[State]bool{Waiting: false, Queued: false, Running: false, Done: true, Failed: true, Canceled: true} {
		if state.Ended() != want {
			t.Errorf("%s.Ended() = %v, want %v", state, !want, want)
		}
	}
}
