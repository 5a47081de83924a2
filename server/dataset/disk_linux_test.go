package dataset_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// disk mounts a disk of some bytes.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		if errors.Is(err, syscall.EPERM) {
			t.Skip("this user may not mount a disk: run as root")
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills a small disk in three places: with the upload, with the
// table made of it, and with what is noted about it.
func TestFullDisk(t *testing.T) {
	t.Run("upload", func(t *testing.T) {
		s, _, dir := mustOpenAt(t, t.TempDir(), disk(t, "1m"))
		full(t, s, dir, "a,b\n"+strings.Repeat("1,2\n", 1<<19))
	})
	t.Run("table", func(t *testing.T) { // 16 bytes a row, four times those of the upload
		s, _, dir := mustOpenAt(t, t.TempDir(), disk(t, "2m"))
		full(t, s, dir, "a,b\n"+strings.Repeat("1,2\n", 1<<18))
	})
	t.Run("notes", func(t *testing.T) {
		small := disk(t, "1m")
		s, _, dir := mustOpenAt(t, small, t.TempDir())
		ballast(t, small)
		// A schema so long that it does not fit into what is allocated already.
		names := make([]string, 4000)
		for i := range names {
			names[i] = strings.Repeat("x", 200) + string(rune('a'+i/100)) + string(rune('0'+i%100))
		}
		line := strings.TrimSuffix(strings.Repeat("1,", len(names)), ",") + "\n"
		full(t, s, dir, strings.Join(names, ",")+"\n"+line)
	})
	t.Run("edit", func(t *testing.T) {
		place := disk(t, "1m")
		s, _, _ := mustOpenAt(t, place, t.TempDir())
		d := mustIngest(t, s, small)
		ballast(t, place)
		long := wire.RowWrite{Cells: []table.Cell{table.Num(1), table.Str(strings.Repeat("x", 1<<19)), table.Num(2)}}
		if _, _, err := s.EditRow(t.Context(), owner, d.ID, 1, long); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("EditRow() on a full disk = %v, want unavailable", err)
		}
		if err := os.Remove(filepath.Join(place, "ballast")); err != nil {
			t.Fatal(err)
		}
		now, err := s.Get(t.Context(), owner, d.ID, 0)
		if err != nil || now.Version != 1 || text(mustRows(t, s, now, dataset.RowQuery{Limit: 2})) != "3,c,0.5 1,a," {
			t.Errorf("after it: %+v, %v, want the version before", now, err)
		}
	})
}

// ballast fills a disk to its last byte.
func ballast(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for n := 1 << 16; n > 0; {
		if _, err := f.Write(make([]byte, n)); err != nil {
			n /= 2
		}
	}
}

// full wants an upload to be refused because the disk is full, and nothing to stay.
func full(t *testing.T, s *dataset.Service, dir, csv string) {
	t.Helper()
	_, err := s.Ingest(t.Context(), owner, "t", "", strings.NewReader(csv))
	if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "disk is full") {
		t.Errorf("Ingest() = %v, want words about a full disk", err)
	}
	nothing(t, s, dir)
	if dir != "" && !strings.Contains(t.Name(), "notes") {
		mustIngest(t, s, small) // there is room again
	}
}
