package client

import "sync"

// Control pauses and ends the sending of a file from outside. Make it by NewControl.
type Control struct {
	mu    sync.Mutex
	state ControlState
	woken chan struct{} // closed when the state changes
}

// ControlState is what a sending is asked for.
type ControlState int

// The states. Stop removes what was sent; Leave keeps it, to go on another time.
const (
	Going ControlState = iota
	Paused
	Left
	Stopped
)

// NewControl makes the control of a sending that goes.
func NewControl() *Control { return &Control{woken: make(chan struct{})} }

// Set asks for a state. Nothing follows Left and Stopped.
func (c *Control) Set(s ControlState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state >= Left || c.state == s {
		return
	}
	c.state = s
	close(c.woken)
	c.woken = make(chan struct{})
}

// State gives what is asked for; changed is closed when that is no longer so.
func (c *Control) State() (s ControlState, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state, c.woken
}
