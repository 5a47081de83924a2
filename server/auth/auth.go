// Package auth knows who is who: passwords, sessions and tokens.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/centroid-studio/centroid/shared/fault"
)

// User is an account.
type User struct {
	ID       string
	Name     string
	Email    string
	Password string // argon2id hash
	Created  time.Time
}

// Token lets its bearer in: a session, made by a login, or a program's token.
type Token struct {
	Hash    [32]byte // SHA-256 of the secret, which is kept nowhere
	ID      string
	User    string
	Name    string
	Session bool
	Created time.Time
	Used    time.Time
	Expires time.Time
}

// Identity is who a request comes from.
type Identity struct {
	User     string // id
	Username string
	Email    string
	Token    string // id
	Session  bool
	Expires  time.Time
}

// Store keeps users and tokens. What is not there is fault.NotFound.
type Store interface {
	AddUser(ctx context.Context, u User) error // a taken name is fault.Conflict
	User(ctx context.Context, id string) (User, error)
	UserByName(ctx context.Context, name string) (User, error)
	SetPassword(ctx context.Context, user, password, keepToken string) error // ends the other tokens
	AddToken(ctx context.Context, t Token) error
	Token(ctx context.Context, hash [32]byte) (Token, error)
	UseToken(ctx context.Context, id string, used, expires time.Time) error
	Tokens(ctx context.Context, user string) ([]Token, error)
	DeleteToken(ctx context.Context, user, id string) error
	DeleteSessions(ctx context.Context, user string) error
}

// Options is how long things last. The zero value of a field means its default.
type Options struct {
	Session  time.Duration    // life of a session after its last use; 0 means 10 h
	Longest  time.Duration    // life of a session from its login; 0 means 30 days
	Token    time.Duration    // life of a program's token; 0 means 365 days
	Now      func() time.Time // nil means time.Now
	Password *argon2id.Params // nil means 19 MiB, 2 passes, 1 lane (OWASP's password storage sheet)
	Hashes   int              // passwords hashed at the same time; 0 means 4
}

// Service checks and makes identities.
type Service struct {
	store Store
	o     Options
	limit *limiter
	hash  chan struct{} // a place for each password that may be hashed at a time: each takes memory
	decoy string        // hash to compare with when there is no such user, so that both take as long
}

// New makes a service.
func New(store Store, o Options) (*Service, error) {
	if o.Session == 0 {
		o.Session = 10 * time.Hour
	}
	if o.Longest == 0 {
		o.Longest = 30 * 24 * time.Hour
	}
	if o.Token == 0 {
		o.Token = 365 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Password == nil {
		o.Password = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	}
	if o.Hashes == 0 {
		o.Hashes = 4
	}
	decoy, err := argon2id.CreateHash(rand.Text(), o.Password)
	if err != nil {
		return nil, fault.Wrap("auth.New", err)
	}
	return &Service{store: store, o: o, limit: newLimiter(o.Now), hash: make(chan struct{}, o.Hashes), decoy: decoy}, nil
}

var nameRule = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,64}$`)

// Register makes an account and its first session.
func (s *Service) Register(ctx context.Context, name, email, password, addr string) (secret string, id Identity, err error) {
	if err := s.limit.try("register "+network(addr), addrBurst); err != nil {
		return "", Identity{}, err
	}
	u, err := s.AddUser(ctx, name, email, password)
	if err != nil {
		return "", Identity{}, err
	}
	return s.open(ctx, u)
}

// AddUser makes an account.
func (s *Service) AddUser(ctx context.Context, name, email, password string) (User, error) {
	name, email = strings.TrimSpace(name), strings.TrimSpace(email)
	if !nameRule.MatchString(name) {
		return User{}, fault.Fieldf("username", "The name may have 1 to 64 letters, digits, dots, dashes and underscores.")
	}
	if email != "" && (!strings.Contains(email, "@") || strings.ContainsAny(email, " \t\r\n")) {
		return User{}, fault.Fieldf("email", "%q is not an e-mail address. Correct it, or leave it empty.", email)
	}
	if err := checkPassword("password", password, name); err != nil {
		return User{}, err
	}
	hash, err := s.hashed(ctx, password)
	if err != nil {
		return User{}, err
	}
	u := User{ID: rand.Text(), Name: name, Email: email, Password: hash, Created: s.o.Now().UTC()}
	return u, s.store.AddUser(ctx, u)
}

func checkPassword(field, password, name string) error {
	switch {
	case len([]rune(password)) < 10:
		return fault.Fieldf(field, "The password has %d characters, want at least 10. A sentence is easy to remember.", len([]rune(password)))
	case len(password) > 1024:
		return fault.Fieldf(field, "The password has more than 1,024 bytes.")
	case strings.EqualFold(password, name):
		return fault.Fieldf(field, "The password is the name. Choose another.")
	case strings.Count(password, password[:1]) == len(password):
		return fault.Fieldf(field, "The password is one character again and again. Choose another.")
	}
	return nil
}

// Login makes a session. Wrong names and wrong passwords take as long and say the same.
func (s *Service) Login(ctx context.Context, name, password, addr string) (secret string, id Identity, err error) {
	name, addr = strings.TrimSpace(name), network(addr)
	byName := "name " + strings.ToLower(name)
	byPair := byName + " from " + addr
	for _, l := range []struct { // an attempt that one refuses does not count for those after it
		key   string
		burst int
	}{{byPair, pairBurst}, {"addr " + addr, addrBurst}, {byName, nameBurst}} {
		if err := s.limit.try(l.key, l.burst); err != nil {
			return "", Identity{}, err
		}
	}
	u, err := s.store.UserByName(ctx, name)
	hash := u.Password
	if fault.CodeOf(err) == fault.NotFound {
		hash = s.decoy
	} else if err != nil {
		return "", Identity{}, err
	}
	ok, herr := s.matches(ctx, password, hash)
	if herr != nil {
		return "", Identity{}, herr
	}
	if !ok || err != nil {
		return "", Identity{}, fault.Newf(fault.NoLogin, "The name or the password is wrong.")
	}
	s.limit.forget(byPair)
	s.limit.forget(byName)
	return s.open(ctx, u)
}

// ChangePassword replaces the password and ends all other sessions and tokens.
func (s *Service) ChangePassword(ctx context.Context, id Identity, old, password string) error {
	if err := s.limit.try("password "+id.User, pairBurst); err != nil {
		return err
	}
	u, err := s.store.User(ctx, id.User)
	if err != nil {
		return err
	}
	ok, err := s.matches(ctx, old, u.Password)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Fieldf("old", "The old password is wrong.")
	}
	return s.SetPassword(ctx, u, "new", password, id.Token)
}

// SetPassword replaces a user's password and ends all tokens but keep. field names the password in a fault.
func (s *Service) SetPassword(ctx context.Context, u User, field, password, keep string) error {
	if err := checkPassword(field, password, u.Name); err != nil {
		return err
	}
	hash, err := s.hashed(ctx, password)
	if err != nil {
		return err
	}
	return s.store.SetPassword(ctx, u.ID, hash, keep)
}

func (s *Service) hashed(ctx context.Context, password string) (string, error) {
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hash }()
	h, err := argon2id.CreateHash(password, s.o.Password)
	return h, fault.Wrap("auth.hash", err)
}

func (s *Service) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := s.enter(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hash }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok, fault.Wrap("auth.compare", err)
}

func (s *Service) enter(ctx context.Context) error {
	select {
	case s.hash <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// newSecret gives 256 random bits as text.
func newSecret() (secret string, hash [32]byte) {
	var b [32]byte
	rand.Read(b[:]) // never fails, by its documentation
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, sha256.Sum256([]byte(secret))
}
