package client

import (
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// User asks who is logged in; fault.NoLogin if nobody is.
func (c *Client) User() (wire.User, error) {
	var u wire.User
	err := c.Do("GET", "auth/user", nil, &u)
	return u, err
}

// Login opens a session.
func (c *Client) Login(l wire.Login) (wire.User, error) {
	var u wire.User
	err := c.Do("POST", "auth/login", l, &u)
	return u, err
}

// Register makes an account and opens a session.
func (c *Client) Register(r wire.Register) (wire.User, error) {
	var u wire.User
	err := c.Do("POST", "auth/register", r, &u)
	return u, err
}

// Logout ends this session, or with all every session and the socket too.
func (c *Client) Logout(all bool) error {
	path := "auth/logout"
	if all {
		path = "auth/logoutall"
	}
	if err := c.Do("POST", path, nil, nil); err != nil && fault.CodeOf(err) != fault.NoLogin {
		return err
	}
	c.hangUp()
	return nil
}

// hangUp closes the socket and forgets the watches: another user may come.
func (c *Client) hangUp() {
	c.mu.Lock()
	for _, w := range c.watches {
		c.drop(w)
	}
	l := c.link
	c.mu.Unlock()
	if l != nil {
		l.socket.Close()
	}
}
