package duck_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/frame/duck"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// chancy is a frame that shows whether it is computed again.
func chancy(r *rig, id string) frame.Frame {
	return frame.From(r.engine(), id, 0).WithColumn("r", "random()")
}

func collect(t *testing.T, f frame.Frame) string {
	t.Helper()
	cells, err := f.Collect(t.Context())
	if err != nil {
		t.Fatalf("%+v", err)
	}
	var b strings.Builder
	for _, row := range cells {
		for _, c := range row {
			b.WriteString(c.String() + ",")
		}
	}
	return b.String()
}

func persist(t *testing.T, f frame.Frame, level string) wire.Persisted {
	t.Helper()
	info, err := f.Persist(t.Context(), level)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return info
}

func persisted(t *testing.T, r *rig) []wire.Persisted {
	t.Helper()
	list, err := r.engine().Persisted(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestStale: after an edit, what was kept of the version before is not used for the newest.
func TestStale(t *testing.T) {
	r := open(t, duck.Options{})
	id := r.ingest(t, "t", "a,b\n1,x\n2,y\n3,z\n")
	f, sql := chancy(r, id), frame.Query(r.engine(), `SELECT a, random() FROM t WHERE a > (SELECT min(a) FROM "`+id+`")`)
	persist(t, f, wire.Memory)
	persist(t, sql, wire.Memory)
	old, oldSQL := collect(t, f), collect(t, sql)
	if collect(t, f) != old || collect(t, sql) != oldSQL {
		t.Fatal("what is kept is not used")
	}
	if _, _, err := r.data.EditRow(t.Context(), r.owner, id, 1, wire.RowWrite{Cells: []table.Cell{table.Num(9), table.Str("new")}}); err != nil {
		t.Fatal(err)
	}
	now := collect(t, f)
	if !strings.HasPrefix(now, "1,x,") || !strings.Contains(now, ",9,new,") || !strings.Contains(now[strings.Index(now, "new"):], "3,z,") {
		t.Errorf("after an edit: %s, want the new row in its place", now)
	}
	if s := collect(t, sql); !strings.HasPrefix(s, "9,") {
		t.Errorf("SQL after an edit: %s", s)
	}
	if collect(t, frame.From(r.engine(), id, 1).WithColumn("r", "random()")) != old {
		t.Error("version 1 is computed again")
	}
	if list := persisted(t, r); len(list) != 2 {
		t.Errorf("persisted = %+v", list)
	}
	if err := r.data.Delete(t.Context(), r.owner, id); err != nil {
		t.Fatal(err)
	}
	if list := persisted(t, r); len(list) != 0 {
		t.Errorf("after the dataset is deleted: %+v", list)
	}
}

// TestRestart: what is on disk stays, what is in memory goes, and so does what a crash left.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	made := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	r := open(t, duck.Options{Dir: dir, Now: func() time.Time { return made }})
	id := r.ingest(t, "t", "a,b\n1,x\n2,y\n")
	f := chancy(r, id)
	g := f.Filter("a = 2")
	onDisk := persist(t, f, wire.Disk)
	persist(t, g, wire.Memory)
	was := collect(t, f)
	for _, name := range []string{"ADA-half.parquet", "ADA-broken.json", "x.partial"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.restart(t)
	if list := persisted(t, r); len(list) != 1 || list[0].ID != onDisk.ID || list[0].At != wire.Disk || !list[0].Made.Equal(made) || list[0].Of[0].Name != "t" {
		t.Errorf("after a restart: %+v", list)
	}
	if got := collect(t, chancy(r, id)); got != was {
		t.Errorf("after a restart: %s, was %s", got, was)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
	if err := chancy(r, id).Unpersist(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

// TestRoom: what was not used for longest makes room in memory, and goes to disk if it may.
func TestRoom(t *testing.T) {
	probe := open(t, duck.Options{})
	var csv strings.Builder
	csv.WriteString("a\n")
	for range 1000 {
		csv.WriteString("1.5\n")
	}
	size := persist(t, chancy(probe, probe.ingest(t, "t", csv.String())), wire.Memory).Bytes

	r := open(t, duck.Options{Memory: 2*size + size/2, Disk: 2 * size})
	id := r.ingest(t, "t", csv.String())
	frames := make([]frame.Frame, 5)
	for i := range frames {
		// Plans of which none is a part of another.
		frames[i] = frame.From(r.engine(), id, 0).Filter(fmt.Sprintf("a > -%d", i)).WithColumn("r", "random()")
	}
	at := func() string {
		var s []string
		for _, p := range persisted(t, r) {
			s = append(s, p.At)
		}
		return strings.Join(s, " ")
	}
	persist(t, frames[0], wire.Memory)
	persist(t, frames[1], wire.MemoryAndDisk)
	was := collect(t, frames[1])
	collect(t, frames[0]) // used last
	persist(t, frames[2], wire.Memory)
	if got := at(); got != "memory disk memory" {
		t.Errorf("with three: %s", got)
	}
	if collect(t, frames[1]) != was {
		t.Error("rows that went to disk are computed again")
	}
	persist(t, frames[3], wire.Memory)
	if got := at(); got != "memory memory disk" {
		t.Errorf("with four: %s", got)
	}
	persist(t, frames[4], wire.Disk)
	if _, err := frames[0].Persist(t.Context(), wire.Disk); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("a full disk: %v", err)
	}
	small := open(t, duck.Options{Memory: 100})
	id = small.ingest(t, "t", csv.String())
	if _, err := chancy(small, id).Persist(t.Context(), wire.Memory); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("more than the memory: %v", err)
	}
	if info := persist(t, chancy(small, id), wire.MemoryAndDisk); info.At != wire.Disk {
		t.Errorf("more than the memory: %+v", info)
	}
}

// TestOthers: what one user keeps is not another's.
func TestOthers(t *testing.T) {
	r := open(t, duck.Options{})
	id := r.ingest(t, "t", "a,b\n1,x\n")
	info := persist(t, chancy(r, id), wire.Memory)
	eve := r.db.For("EVE", duck.Datasets{Service: r.data, Owner: "EVE"})
	if list, err := eve.Persisted(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("another has %+v, %v", list, err)
	}
	if err := eve.Unpersist(t.Context(), info.ID); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("another unpersists: %v", err)
	}
	if _, err := frame.From(eve, id, 0).Collect(t.Context()); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("another's table: %v", err)
	}
	if _, err := frame.Query(eve, "FROM t").Collect(t.Context()); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("another's table in SQL: %v", err)
	}
}

// TestTogether: plans are computed from what is kept while it moves and goes.
func TestTogether(t *testing.T) {
	r := open(t, duck.Options{})
	id := r.ingest(t, "t", "a,b\n1,x\n2,y\n3,z\n")
	base := frame.From(r.engine(), id, 0).Filter("a > 1")
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for i := range 6 {
				cells, err := base.WithColumn("c", fmt.Sprint(i)).Collect(t.Context())
				if err != nil || len(cells) != 2 || cells[1][1].String() != "z" || cells[1][2].String() != fmt.Sprint(i) {
					t.Errorf("rows = %v, %v", cells, err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { readers.Wait(); close(done) }()
	for i := 0; ; i++ {
		level := []string{wire.Memory, wire.Disk, wire.MemoryAndDisk}[i%3]
		if _, err := base.Persist(t.Context(), level); err != nil {
			t.Errorf("%+v", err)
		}
		if i%2 == 1 {
			if err := base.Unpersist(t.Context()); err != nil {
				t.Error(err)
			}
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
