package sandbox

import (
	"context"
	"slices"
	"sync"
)

// line lets so many queries run at a time, and the others wait. It is fair between
// owners, not between queries: of those who wait, the owner who has waited longest
// since the last turn is next, and while there is more than one place no owner has all.
type line struct {
	mu      sync.Mutex
	places  int
	running map[string]int
	waiting []*place
	turn    int
	last    map[string]int // the turn in which an owner began a query last
}

type place struct {
	owner string
	begin chan struct{} // closed when it is its turn
}

func newLine(places int) *line {
	return &line{places: places, running: map[string]int{}, last: map[string]int{}}
}

// enter waits for a turn, which leave ends. Without an owner one may have all places.
func (l *line) enter(ctx context.Context, owner string) (leave func(), err error) {
	p := &place{owner: owner, begin: make(chan struct{})}
	l.mu.Lock()
	l.waiting = append(l.waiting, p)
	l.next()
	l.mu.Unlock()
	leave = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.running[owner]--; l.running[owner] == 0 {
			delete(l.running, owner)
		}
		l.next()
	}
	select {
	case <-p.begin:
		return leave, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	i := slices.Index(l.waiting, p)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	l.mu.Unlock()
	if i < 0 { // its turn came at the same moment
		leave()
	}
	return nil, context.Cause(ctx)
}

// next begins what may begin. The caller holds the lock.
func (l *line) next() {
	for {
		taken := 0
		for _, n := range l.running {
			taken += n
		}
		i := l.first(l.waiting, l.last, func(owner string) bool { return l.may(owner) })
		if taken >= l.places || i < 0 {
			break
		}
		p := l.waiting[i]
		l.waiting = slices.Delete(l.waiting, i, i+1)
		l.turn++
		l.last[p.owner] = l.turn
		l.running[p.owner]++
		close(p.begin)
	}
	if len(l.waiting)+len(l.running) == 0 { // nobody is behind anybody
		clear(l.last)
	}
}

// may reports whether an owner may have one more place.
func (l *line) may(owner string) bool {
	return owner == "" || l.running[owner] < max(1, l.places-1)
}

// first gives which of those who wait is next, -1 if none may be.
func (l *line) first(waiting []*place, last map[string]int, may func(owner string) bool) int {
	best := -1
	for i, p := range waiting {
		if may(p.owner) && (best < 0 || last[p.owner] < last[waiting[best].owner]) {
			best = i
		}
	}
	return best
}

// Queue is where the queries of an owner are.
type Queue struct {
	Running int
	Waiting int
	Ahead   int // queries that begin before the first of them that waits, as it stands
}

// queue tells where the queries of an owner are.
func (l *line) queue(owner string) Queue {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := Queue{Running: l.running[owner]}
	for _, p := range l.waiting {
		if p.owner == owner {
			q.Waiting++
		}
	}
	if q.Waiting == 0 {
		return q
	}
	// As if each turn began now, one after the other.
	waiting, last := slices.Clone(l.waiting), map[string]int{}
	for owner, turn := range l.last {
		last[owner] = turn
	}
	for turn := l.turn + 1; ; turn++ {
		i := l.first(waiting, last, func(string) bool { return true })
		if waiting[i].owner == owner {
			return q
		}
		q.Ahead++
		last[waiting[i].owner] = turn
		waiting = slices.Delete(waiting, i, i+1)
	}
}
