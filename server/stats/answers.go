package stats

import (
	"container/list"
	"sync"
)

// answersBytes is what the answers that are kept may take, about.
const answersBytes = 32 << 20

// question is what was asked of a version, which never changes.
type question struct {
	of  frameKey
	ask string
}

// answers keeps the answers that were given last: the same is asked whenever
// somebody comes to a page. The zero value keeps none yet.
type answers struct {
	mu   sync.Mutex
	used int64
	all  map[question]*list.Element
	last list.List // of *answer, the one used last in front
}

type answer struct {
	to    question
	is    any // never changed by anybody
	bytes int64
}

func (a *answers) get(q question) (any, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.all[q]
	if e == nil {
		return nil, false
	}
	a.last.MoveToFront(e)
	return e.Value.(*answer).is, true
}

func (a *answers) put(q question, is any, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[question]*list.Element{}
	}
	if a.all[q] != nil || bytes > answersBytes {
		return
	}
	a.all[q] = a.last.PushFront(&answer{q, is, bytes + 200})
	for a.used += bytes + 200; a.used > answersBytes; {
		e := a.last.Back()
		old := a.last.Remove(e).(*answer)
		delete(a.all, old.to)
		a.used -= old.bytes
	}
}
