package auth

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/centroid-studio/centroid/shared/fault"
)

const (
	pairBurst = 10              // attempts in a row on one name from one address
	nameBurst = 100             // and on one name: so many that one address can't lock the user out
	addrBurst = 50              // and from one address: a whole office may share it
	every     = 6 * time.Second // and then one each
	limitKeys = 100_000         // remembered at most, but for those that are at work
)

// limiter bounds the attempts of each key, a name or an address.
type limiter struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*rate.Limiter
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, by: map[string]*rate.Limiter{}}
}

// try counts an attempt; one too many is TooMany with the time to wait.
func (l *limiter) try(key string, burst int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.by) >= limitKeys {
		for k, r := range l.by { // those that are full again need not be remembered
			if r.TokensAt(now) >= float64(r.Burst()) {
				delete(l.by, k)
			}
		}
	}
	r := l.by[key]
	if r == nil {
		r = rate.NewLimiter(rate.Every(every), burst)
		l.by[key] = r
	}
	res := r.ReserveN(now, 1)
	if wait := res.DelayFrom(now); wait > 0 {
		res.CancelAt(now)
		wait = wait.Round(time.Second) + time.Second
		return &fault.Error{Code: fault.TooMany, RetryAfter: wait, Msg: fmt.Sprintf("Too many attempts. Try again in %d s.", int(wait.Seconds()))}
	}
	return nil
}

// network is what counts as one address: a home or a server has 2^64 of IPv6's.
func network(addr string) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil || ip.Unmap().Is4() {
		return addr
	}
	return netip.PrefixFrom(ip.WithZone(""), 64).Masked().String()
}

// forget gives a key all its attempts back.
func (l *limiter) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.by, key)
}
