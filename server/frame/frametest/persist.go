package frametest

import (
	"slices"
	"strconv"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// persist checks that what is kept is used, in each place, until it is forgotten.
func (s *suite) persist(t *testing.T) {
	// Chance shows whether rows are computed again.
	base := s.of("people").WithColumn("r", "random()").WithColumn("day", "DATE '2024-01-01' + age::INT").WithColumn("l", "[age, 1]").WithColumn("none", "NULL")
	f := base.Filter("age > 7").Drop("pay")
	random := func() string {
		t.Helper()
		_, rows := s.rows(t, f)
		return rows
	}
	if once, twice := random(), random(); once == twice {
		t.Fatal("random() gives the same twice, so this test shows nothing")
	}
	var first string
	for _, level := range []string{wire.Memory, wire.Disk, wire.MemoryAndDisk, wire.Memory, wire.Disk} {
		before, _ := s.rows(t, base)
		info, err := base.Persist(t.Context(), level)
		if err != nil {
			t.Fatalf("%s: %+v", level, err)
		}
		at := wire.Memory
		if level == wire.Disk {
			at = wire.Disk
		}
		if info.Level != level || info.At != at && level != wire.MemoryAndDisk || info.Rows != 5 || info.Bytes < 100 || len(info.Steps) != 5 || info.Steps[0].Version == 0 {
			t.Errorf("%s: %+v", level, info)
		}
		if info.Words[0] != "table people, version "+strconv.Itoa(info.Of[0].Version) || info.Words[1] != "r = random()" || len(info.Words) != 5 || len(info.Of) != 1 || info.Of[0].Name != "people" || info.Made.IsZero() {
			t.Errorf("%s: it is %q, of %+v, made %v", level, info.Words, info.Of, info.Made)
		}
		if columns, _ := s.rows(t, base); columns != before {
			t.Errorf("%s: the columns are %s, were %s", level, columns, before)
		}
		rows := random()
		if first == "" {
			first = rows
		}
		if rows != first {
			t.Errorf("%s: rows are computed again: %s, then %s", level, first, rows)
		}
		list, err := s.e.Persisted(t.Context())
		if err != nil || len(list) != 1 || list[0].ID != info.ID || list[0].Level != level || list[0].At != info.At || !slices.Equal(list[0].Words, info.Words) || !list[0].Made.Equal(info.Made) {
			t.Errorf("%s: Persisted() = %+v, %v", level, list, err)
		}
	}
	cities, err := s.of("cities").Cache(t.Context())
	if err != nil || cities.Level != wire.MemoryAndDisk || cities.At != wire.Memory {
		t.Errorf("Cache() = %+v, %v", cities, err)
	}
	if list, err := s.e.Persisted(t.Context()); err != nil || len(list) != 2 || list[0].ID != cities.ID {
		t.Errorf("Persisted() = %+v, %v, want the newest first", list, err)
	}
	// Two of them in one plan.
	if _, got := s.rows(t, base.Select("name", "city").Join(s.of("cities").Drop("pay"), "inner", "city").Filter("country <> 'ca'")); got != "ada,london,uk bob,paris,fr dee,london,uk" {
		t.Errorf("join of two = %s", got)
	}
	for range 2 { // as a frame, and as what an id says
		if err := base.Unpersist(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := base.Unpersist(t.Context()); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("the second time: %v", err)
		}
		if random() == first {
			t.Error("rows that are kept no more are used")
		}
		if _, err := base.Persist(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.e.Persisted(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if err := s.e.Unpersist(t.Context(), p.ID); err != nil {
			t.Error(err)
		}
	}
	if list, err := s.e.Persisted(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("Persisted() = %+v, %v, want none", list, err)
	}
	if _, err := base.Persist(t.Context(), "shelf"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("an unknown level: %v", err)
	}
	if _, err := base.Filter("nope").Persist(t.Context(), ""); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a wrong plan: %v", err)
	}
	a, err := s.e.ID(t.Context(), base.Steps())
	b, err2 := s.e.ID(t.Context(), slices.Concat(base.Steps(), base.Filter("true").Steps()[5:]))
	if err != nil || err2 != nil || a == b {
		t.Errorf("ids of two plans: %s, %s, %v, %v", a, b, err, err2)
	}
}
