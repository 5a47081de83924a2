package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

// open makes a session.
func (s *Service) open(ctx context.Context, u User) (string, Identity, error) {
	now := s.o.Now().UTC()
	secret, hash := newSecret()
	t := Token{Hash: hash, ID: rand.Text(), User: u.ID, Name: "browser", Session: true, Created: now, Used: now, Expires: now.Add(min(s.o.Session, s.o.Longest))}
	if err := s.store.AddToken(ctx, t); err != nil {
		return "", Identity{}, err
	}
	return secret, identity(u, t), nil
}

func identity(u User, t Token) Identity {
	return Identity{User: u.ID, Username: u.Name, Email: u.Email, Token: t.ID, Session: t.Session, Expires: t.Expires}
}

// useEvery is how old the note of a token's last use may be.
const useEvery = time.Minute

// Authenticate gives the identity behind a secret, and notes the use: a
// session's end moves with it, up to Longest after the login. An expired token is removed.
func (s *Service) Authenticate(ctx context.Context, secret string) (Identity, error) {
	t, err := s.store.Token(ctx, sha256.Sum256([]byte(secret)))
	if fault.CodeOf(err) == fault.NotFound {
		return Identity{}, fault.Newf(fault.NoLogin, "Your session or token is not valid any more. Log in again.")
	}
	if err != nil {
		return Identity{}, err
	}
	now := s.o.Now().UTC()
	if !now.Before(t.Expires) {
		if err := s.store.DeleteToken(ctx, t.User, t.ID); err != nil && fault.CodeOf(err) != fault.NotFound {
			return Identity{}, err
		}
		return Identity{}, fault.Newf(fault.NoLogin, "Your session has ended. Log in again.")
	}
	if now.Sub(t.Used) >= useEvery {
		t.Used = now
		if t.Session {
			t.Expires = now.Add(s.o.Session)
			if last := t.Created.Add(s.o.Longest); t.Expires.After(last) {
				t.Expires = last
			}
		}
		if err := s.store.UseToken(ctx, t.ID, t.Used, t.Expires); err != nil {
			return Identity{}, err
		}
	}
	u, err := s.store.User(ctx, t.User)
	if err != nil {
		return Identity{}, err
	}
	return identity(u, t), nil
}

// Logout ends the token of the request.
func (s *Service) Logout(ctx context.Context, id Identity) error {
	return s.store.DeleteToken(ctx, id.User, id.Token)
}

// LogoutAll ends all sessions of the user; tokens of programs stay.
func (s *Service) LogoutAll(ctx context.Context, id Identity) error {
	return s.store.DeleteSessions(ctx, id.User)
}

// NewToken makes a token for a program, valid for days (0 means the default). The secret is shown once.
func (s *Service) NewToken(ctx context.Context, id Identity, name string, days int) (string, Token, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 100 {
		return "", Token{}, fault.Fieldf("name", "Name the token with 1 to 100 characters, after the program that will use it.")
	}
	if days < 0 || days > 3650 {
		return "", Token{}, fault.Fieldf("days", "The life of a token is 1 to 3,650 days; 0 means the default.")
	}
	life := s.o.Token
	if days > 0 {
		life = time.Duration(days) * 24 * time.Hour
	}
	now := s.o.Now().UTC()
	secret, hash := newSecret()
	t := Token{Hash: hash, ID: rand.Text(), User: id.User, Name: name, Created: now, Used: now, Expires: now.Add(life)}
	return secret, t, s.store.AddToken(ctx, t)
}

// Tokens lists the user's sessions and tokens.
func (s *Service) Tokens(ctx context.Context, id Identity) ([]Token, error) {
	return s.store.Tokens(ctx, id.User)
}

// Revoke ends one of the user's sessions or tokens.
func (s *Service) Revoke(ctx context.Context, id Identity, token string) error {
	return s.store.DeleteToken(ctx, id.User, token)
}
