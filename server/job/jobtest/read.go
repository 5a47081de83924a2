package jobtest

import (
	"fmt"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

var readTests = map[string]func(*suite){
	"an unknown job": func(s *suite) {
		_, err := s.Get(s.Context(), "nothing")
		s.code("Get()", err, fault.NotFound)
	},
	"the owner's jobs, newest first": func(s *suite) {
		a := s.add()
		s.add(ownedBy("bob"))
		b, c := s.add(), s.add(after(a))
		s.end(s.take("w", a), done)
		list, err := s.List(s.Context(), "ann")
		s.ok(err)
		var got []string
		for _, j := range list {
			got = append(got, j.ID)
			one, err := s.Get(s.Context(), j.ID)
			if err != nil || !same(one, j) {
				s.Errorf("List() has %+v, Get() %+v, %v", j, one, err)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint([]string{c, b, a}) {
			s.Errorf("List() = %v, want %v", got, []string{c, b, a})
		}
		if list, err := s.List(s.Context(), "nobody"); err != nil || len(list) != 0 {
			s.Errorf("List(nobody) = %v, %v, want none", list, err)
		}
	},
	"the newest events' numbers": func(s *suite) {
		a, b := s.add(), s.add()
		_, err := s.Append(s.Context(), s.take("w", a), wire.Event{Type: wire.EventPass}, wire.Event{Type: wire.EventPass})
		s.ok(err)
		last, err := s.Last(s.Context(), a, "nothing", b)
		if err != nil || len(last) != 2 || last[a] != 3 || last[b] != 1 {
			s.Errorf("Last() = %v, %v, want 3 for %s and 1 for %s", last, err, a, b)
		}
		if last, err := s.Last(s.Context()); err != nil || len(last) != 0 {
			s.Errorf("Last() of none = %v, %v, want none", last, err)
		}
	},
}
