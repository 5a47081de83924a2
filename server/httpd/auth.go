package httpd

import (
	"context"
	"net/http"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/wire"
)

// cookieLife is how long a browser keeps the cookie; browsers allow no more.
// The session behind it ends when the accounts say so.
const cookieLife = 400 * 24 * time.Hour

// session is an answer that sets or takes away the cookie.
type session struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// signedIn is an answer to register and login.
type signedIn struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      wire.User
}

func (s *Server) authRoutes() {
	type registerInput struct {
		request
		Body wire.Register
	}
	handle(s, op{route: "POST auth/register", tag: "auth", summary: "Make an account and sign in", status: http.StatusCreated, open: true},
		func(ctx context.Context, _ auth.Identity, in *registerInput) (*signedIn, error) {
			secret, who, err := s.o.Accounts.Register(ctx, in.Body.Username, in.Body.Email, in.Body.Password, s.address(in.r))
			if err != nil {
				return nil, err
			}
			return &signedIn{s.cookie(in.r, secret, cookieLife), userOf(who)}, nil
		})

	type loginInput struct {
		request
		Body wire.Login
	}
	handle(s, op{route: "POST auth/login", tag: "auth", summary: "Sign in: the answer sets a cookie", open: true},
		func(ctx context.Context, _ auth.Identity, in *loginInput) (*signedIn, error) {
			secret, who, err := s.o.Accounts.Login(ctx, in.Body.Username, in.Body.Password, s.address(in.r))
			if err != nil {
				return nil, err
			}
			return &signedIn{s.cookie(in.r, secret, cookieLife), userOf(who)}, nil
		})

	type bare struct{ request }
	handle(s, op{route: "POST auth/logout", tag: "auth", summary: "End this session"},
		func(ctx context.Context, who auth.Identity, in *bare) (*session, error) {
			return &session{s.cookie(in.r, "", 0)}, s.o.Accounts.Logout(ctx, who)
		})
	handle(s, op{route: "POST auth/logoutall", tag: "auth", summary: "End all sessions; tokens of programs stay"},
		func(ctx context.Context, who auth.Identity, in *bare) (*session, error) {
			return &session{s.cookie(in.r, "", 0)}, s.o.Accounts.LogoutAll(ctx, who)
		})
	handle(s, op{route: "GET auth/user", tag: "auth", summary: "Who is signed in, and until when"},
		func(_ context.Context, who auth.Identity, _ *none) (*body[wire.User], error) {
			return &body[wire.User]{userOf(who)}, nil
		})

	type passwordInput struct{ Body wire.PasswordChange }
	handle(s, op{route: "PUT auth/password", tag: "auth", summary: "Change the password; all other sessions and tokens end"},
		func(ctx context.Context, who auth.Identity, in *passwordInput) (*none, error) {
			return &none{}, s.o.Accounts.ChangePassword(ctx, who, in.Body.Old, in.Body.New)
		})
}

func userOf(who auth.Identity) wire.User {
	return wire.User{ID: who.User, Username: who.Username, Email: who.Email, Expires: who.Expires}
}
