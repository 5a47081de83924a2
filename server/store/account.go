package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/fault"
)

// AddUser keeps a new user; a taken name, in any case of letters, is Conflict.
func (s *Store) AddUser(ctx context.Context, u auth.User) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO user(id, name, name_key, email, password, created) VALUES($1, $2, $3, $4, $5, $6)`,
		u.ID, u.Name, strings.ToLower(u.Name), u.Email, u.Password, millis(u.Created))
	if taken(err) {
		return &fault.Error{Code: fault.Conflict, Field: "username", Msg: "The name " + u.Name + " is taken. Choose another."}
	}
	return wrap("store.AddUser", err)
}

const userColumns = `id, name, email, password, created`

func scanUser(row *sql.Row) (u auth.User, err error) {
	var created int64
	err = row.Scan(&u.ID, &u.Name, &u.Email, &u.Password, &created)
	u.Created = at(created)
	return u, missing(err, "There is no such user.")
}

// UserByName gives a user by name, in any case of letters.
func (s *Store) UserByName(ctx context.Context, name string) (auth.User, error) {
	u, err := scanUser(s.read.QueryRowContext(ctx, `SELECT `+userColumns+` FROM user WHERE name_key = $1`, strings.ToLower(name)))
	return u, wrap("store.UserByName", err)
}

// User gives a user by id.
func (s *Store) User(ctx context.Context, id string) (auth.User, error) {
	u, err := scanUser(s.read.QueryRowContext(ctx, `SELECT `+userColumns+` FROM user WHERE id = $1`, id))
	return u, wrap("store.User", err)
}

// Users lists all users by name.
func (s *Store) Users(ctx context.Context) ([]auth.User, error) {
	const op = "store.Users"
	rows, err := s.read.QueryContext(ctx, `SELECT `+userColumns+` FROM user ORDER BY name_key`)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	var all []auth.User
	for rows.Next() {
		var u auth.User
		var created int64
		if err := rows.Scan(&u.ID, &u.Name, &u.Email, &u.Password, &created); err != nil {
			return nil, wrap(op, err)
		}
		u.Created = at(created)
		all = append(all, u)
	}
	return all, wrap(op, rows.Err())
}

// SetPassword replaces the password and ends all of the user's tokens but the
// one with the id keep.
func (s *Store) SetPassword(ctx context.Context, user, password, keep string) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE user SET password = $1 WHERE id = $2`, password, user)
		if err != nil {
			return err
		}
		if err := affected(res, "user"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM token WHERE user = $1 AND id <> $2`, user, keep)
		return err
	})
	return wrap("store.SetPassword", err)
}

// DeleteUser removes a user with the tokens.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	res, err := s.write.ExecContext(ctx, `DELETE FROM user WHERE id = $1`, id)
	if err == nil {
		err = affected(res, "user")
	}
	return wrap("store.DeleteUser", err)
}

// AddToken keeps a token and removes expired ones of the same user.
func (s *Store) AddToken(ctx context.Context, t auth.Token) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM token WHERE user = $1 AND expires <= $2`, t.User, millis(s.now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO token(hash, id, user, name, session, created, used, expires) VALUES($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.Hash[:], t.ID, t.User, t.Name, t.Session, millis(t.Created), millis(t.Used), millis(t.Expires))
		return err
	})
	return wrap("store.AddToken", err)
}

const tokenColumns = `id, user, name, session, created, used, expires`

func scanToken(scan func(...any) error) (t auth.Token, err error) {
	var created, used, expires int64
	err = scan(&t.ID, &t.User, &t.Name, &t.Session, &created, &used, &expires)
	t.Created, t.Used, t.Expires = at(created), at(used), at(expires)
	return t, missing(err, "There is no such token.")
}

// Token gives the token whose secret has this hash.
func (s *Store) Token(ctx context.Context, hash [32]byte) (auth.Token, error) {
	t, err := scanToken(s.read.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM token WHERE hash = $1`, hash[:]).Scan)
	t.Hash = hash
	return t, wrap("store.Token", err)
}

// UseToken notes a use, which moves the end.
func (s *Store) UseToken(ctx context.Context, id string, used, expires time.Time) error {
	_, err := s.write.ExecContext(ctx, `UPDATE token SET used = $1, expires = $2 WHERE id = $3`, millis(used), millis(expires), id)
	return wrap("store.UseToken", err)
}

// Tokens lists a user's tokens that have not expired, newest first.
func (s *Store) Tokens(ctx context.Context, user string) ([]auth.Token, error) {
	const op = "store.Tokens"
	rows, err := s.read.QueryContext(ctx, `SELECT `+tokenColumns+` FROM token WHERE user = $1 AND expires > $2 ORDER BY created DESC, id`, user, millis(s.now()))
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	var all []auth.Token
	for rows.Next() {
		t, err := scanToken(rows.Scan)
		if err != nil {
			return nil, wrap(op, err)
		}
		all = append(all, t)
	}
	return all, wrap(op, rows.Err())
}

// DeleteToken ends one of the user's tokens.
func (s *Store) DeleteToken(ctx context.Context, user, id string) error {
	res, err := s.write.ExecContext(ctx, `DELETE FROM token WHERE user = $1 AND id = $2`, user, id)
	if err == nil {
		err = affected(res, "token")
	}
	return wrap("store.DeleteToken", err)
}

// DeleteSessions ends all of the user's sessions.
func (s *Store) DeleteSessions(ctx context.Context, user string) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM token WHERE user = $1 AND session = 1`, user)
	return wrap("store.DeleteSessions", err)
}
