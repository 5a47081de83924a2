package sqlitejob_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/jobtest"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
	"github.com/centroid-studio/centroid/shared/wire"
)

// crashFile tells a process of this test that it is the worker to be killed.
const crashFile = "SQLITEJOB_TEST_CRASH"

// TestKilledWorker kills -9 a process that holds a lease, in the middle of a
// stream of writes. Another takes its job over, goes on from its checkpoint, and
// finds no event torn or lost.
func TestKilledWorker(t *testing.T) {
	if path := os.Getenv(crashFile); path != "" {
		holdUntilKilled(t, path)
	}
	path := filepath.Join(t.TempDir(), "job.db")
	clock := jobtest.NewClock()
	s, err := sqlitejob.Open(t.Context(), path, job.Options{Clock: clock.Clock(), Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Enqueue(t.Context(), job.Job{ID: "a", Kind: "train"}, wire.Event{Type: wire.EventQueued}); err != nil {
		t.Fatal(err)
	}

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWorker$")
	child.Env, child.Stderr = append(os.Environ(), crashFile+"="+path), os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(out)
	worker, err := in.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	worker = worker[:len(worker)-1]
	if job.Dead(worker) {
		t.Errorf("Dead(%q) = true while it works", worker)
	}
	if n, err := s.Abandon(t.Context(), job.Dead); err != nil || n != 0 {
		t.Errorf("Abandon() while the worker works = %d, %v, want 0", n, err)
	}
	for range 20 { // it writes while it is killed
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("the killed process ended well")
	}

	if !job.Dead(worker) {
		t.Errorf("Dead(%q) = false after its process was killed", worker)
	}
	if n, err := s.Abandon(t.Context(), job.Dead); err != nil || n != 1 {
		t.Fatalf("Abandon() = %d, %v, want 1", n, err)
	}
	l, err := s.Lease(t.Context(), job.WorkerName(), "train")
	if err != nil || l.Job.Attempt != 2 {
		t.Fatalf("Lease() = attempt %d, %v, want the second", l.Job.Attempt, err)
	}
	events, err := s.Events(t.Context(), "a", 0, 1<<20)
	if err != nil || len(events) < 21 {
		t.Fatalf("%d events, %v, want at least the 21 that were told", len(events), err)
	}
	for i, e := range events {
		if e.Seq != int64(i+1) || i > 0 && e.Attempt != i {
			t.Fatalf("event %d has number %d and is the worker's event %d", i+1, e.Seq, e.Attempt)
		}
	}
	blob, err := s.Checkpoint(t.Context(), l)
	if err != nil || len(blob) != 1<<16 {
		t.Fatalf("Checkpoint() = %d bytes, %v", len(blob), err)
	}
	for _, b := range blob {
		if b != blob[0] {
			t.Fatalf("the checkpoint is torn: it holds %d and %d", blob[0], b)
		}
	}
	if _, err := s.Finish(t.Context(), l, "model", wire.Event{Type: wire.EventDone}); err != nil {
		t.Error(err)
	}
	if _, err := s.Append(t.Context(), job.Lease{Job: job.Job{ID: "a", Attempt: 1}, Worker: worker}, wire.Event{}); err != job.ErrLost {
		t.Errorf("Append() of the killed worker = %v, want ErrLost", err)
	}
}

// holdUntilKilled takes the job and writes events and checkpoints until the end
// of the process. It tells its name, and each event that was written.
func holdUntilKilled(t *testing.T, path string) {
	clock := jobtest.NewClock() // the same time as that of the test that started it
	s, err := sqlitejob.Open(t.Context(), path, job.Options{Clock: clock.Clock(), Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Lease(t.Context(), job.WorkerName(), "train")
	if err != nil {
		t.Fatal(err)
	}
	say := func(line string) {
		if _, err := os.Stdout.WriteString(line + "\n"); err != nil {
			os.Exit(1)
		}
	}
	say(l.Worker)
	blob := make([]byte, 1<<16)
	for n := 1; ; n++ {
		if _, err := s.Append(t.Context(), l, wire.Event{Type: wire.EventPass, Attempt: n}); err != nil {
			t.Fatal(err)
		}
		for i := range blob {
			blob[i] = byte(n)
		}
		if err := s.SaveCheckpoint(t.Context(), l, blob); err != nil {
			t.Fatal(err)
		}
		say("wrote")
	}
}
