package httpd

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/fault"
)

// cookieName is the browser's session. Programs send the secret as a bearer token.
const cookieName = "centroid_session"

// secretOf gives the secret that a request carries.
func secretOf(r *http.Request) (secret string, cookie bool) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, rest, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", false
		}
		return strings.TrimSpace(rest), false
	}
	if c, err := r.Cookie(cookieName); err == nil {
		return c.Value, true
	}
	return "", false
}

// identify says who sent a request. Nobody is fault.NoLogin.
func (s *Server) identify(r *http.Request) (auth.Identity, error) {
	secret, _ := secretOf(r)
	if secret == "" {
		return auth.Identity{}, fault.Newf(fault.NoLogin, "Log in first.")
	}
	return s.o.Accounts.Authenticate(r.Context(), secret)
}

// visitor is identify for the socket.
func (s *Server) visitor(r *http.Request) (Visitor, error) {
	who, err := s.identify(r)
	return Visitor{User: who.User, Expires: who.Expires}, err
}

// checkOrigin refuses writes that another site makes a browser send. A bearer
// token is no concern: browsers do not add it by themselves.
func checkOrigin(r *http.Request) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if r.Header.Get("Authorization") != "" {
		return nil
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return fault.Newf(fault.Denied, "This request comes from another site, so it was refused. Use the page of this server.")
	}
	if _, cookie := secretOf(r); cookie && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return fault.Newf(fault.Denied, "A request with a cookie must say where it comes from. Programs send a token instead: Authorization: Bearer <token>.")
	}
	return nil
}

type contextKey int

const (
	identityKey contextKey = iota
	requestKey
)

// identityFrom gives who sent the request, in operations that need a login.
func identityFrom(ctx context.Context) auth.Identity {
	who, _ := ctx.Value(identityKey).(auth.Identity) // needLogin has put it there
	return who
}

// guard is the middleware of all operations: where from, and who.
func (s *Server) guard(login bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if err := checkOrigin(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		if login {
			who, err := s.identify(r)
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			ctx = huma.WithValue(ctx, identityKey, who)
		}
		next(ctx)
	}
}

// cookie makes the session's cookie; an empty secret takes it away.
func (s *Server) cookie(r *http.Request, secret string, longest time.Duration) http.Cookie {
	c := http.Cookie{Name: cookieName, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: s.o.Secure || r.TLS != nil, MaxAge: int(longest.Seconds())}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}

// address is where the attempt limit counts a request. What stands in
// X-Forwarded-For is believed as far as our proxies wrote it: each adds whom it heard.
func (s *Server) address(r *http.Request) string {
	if s.o.Proxies > 0 {
		heard := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip, err := netip.ParseAddr(strings.TrimSpace(heard[max(0, len(heard)-s.o.Proxies)])); err == nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
