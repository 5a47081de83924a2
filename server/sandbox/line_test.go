package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// TestLine: one who asks ten times does not keep out another who asks once.
func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(2)
		var began []string
		var leave []func()
		ask := func(owner string) {
			go func() {
				out, err := l.enter(t.Context(), owner)
				if err != nil {
					t.Error(err)
					return
				}
				l.mu.Lock()
				began, leave = append(began, owner), append(leave, out)
				l.mu.Unlock()
			}()
			synctest.Wait()
		}
		for range 4 {
			ask("ada")
		}
		if got := fmt.Sprint(began, l.queue("ada")); got != "[ada] {1 3 0}" {
			t.Errorf("ada asked four times: %s, want one running and three waiting", got)
		}
		ask("bob")
		ask("cyd")
		ask("bob")
		if got := fmt.Sprint(began, l.queue("cyd"), l.queue("bob"), l.queue("dan")); got != "[ada bob] {0 1 0} {1 1 2} {0 0 0}" {
			t.Errorf("three users: %s", got)
		}
		for i := 0; i < len(leave); i++ {
			leave[i]()
			synctest.Wait()
		}
		if got := strings.Join(began, " "); got != "ada bob cyd ada bob ada ada" {
			t.Errorf("turns were of %s", got)
		}
		if len(l.running)+len(l.waiting)+len(l.last) != 0 {
			t.Errorf("something is left: %v %v %v", l.running, l.waiting, l.last)
		}
	})
}

// One who gives up waiting leaves no place taken.
func TestLineLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		leave, err := l.enter(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		done := make(chan error)
		go func() {
			_, err := l.enter(ctx, "bob")
			done <- err
		}()
		synctest.Wait()
		cancel(gone)
		if err := <-done; !errors.Is(err, gone) {
			t.Errorf("enter() = %v, want %v", err, gone)
		}
		leave()
		if leave, err = l.enter(t.Context(), "cyd"); err != nil {
			t.Fatal(err)
		}
		leave()
		if len(l.running)+len(l.waiting) != 0 {
			t.Errorf("something is left: %v %v", l.running, l.waiting)
		}
	})
}
