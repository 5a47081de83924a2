package sqlitejob_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestFullDisk writes until a small disk is full: that is said in words, and
// what was written before stays.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); errors.Is(err, syscall.EPERM) {
		t.Skip("this user may not mount a disk: run as root")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s, err := sqlitejob.Open(t.Context(), filepath.Join(dir, "job.db"), job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Enqueue(t.Context(), job.Job{ID: "a", Kind: "train"}); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lease(t.Context(), "w", "train")
	if err != nil {
		t.Fatal(err)
	}
	long := wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{Message: strings.Repeat("x", 50_000)}}
	written := int64(0)
	for err == nil {
		if _, err = s.Append(t.Context(), l, long, long); err == nil {
			written += 2
		}
	}
	if fault.CodeOf(err) != fault.Unavailable || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(fault.Message(err), "disk is full") {
		t.Errorf("Append() on a full disk = %v, want unavailable", err)
	}
	events, err := s.Events(t.Context(), "a", 0, 1000)
	if err != nil || written == 0 || int64(len(events)) != written || events[written-1].Seq != written {
		t.Errorf("%d events, %v, want the %d that were written", len(events), err, written)
	}
}
