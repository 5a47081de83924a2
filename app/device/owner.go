package device

import "sync"

// present is whose models the calls of this package work on.
var present = newOwner()

// SetOwner says whose models the calls work on from now on: id is the account
// that is logged in, "" means that nobody is. The calls wait until it was called
// once, so that a page which is quicker than the answer to who is logged in
// does not find the device empty.
func SetOwner(id string) { present.set(id) }

// owner is an account's id, as soon as it is known.
type owner struct {
	mu    sync.Mutex
	last  string
	known chan struct{} // closed by the first set
}

func newOwner() *owner { return &owner{known: make(chan struct{})} }

func (o *owner) set(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = id
	select {
	case <-o.known:
	default:
		close(o.known)
	}
}

// id gives the account's id; it waits for the first set.
func (o *owner) id() string {
	<-o.known
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}
