package main

import (
	"io"
	"log/slog"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/obs"
	"github.com/centroid-studio/centroid/shared/fault"
)

// settings makes a command's flags settable from the environment, and checks
// all settings before the command begins.
func settings(cmd *cobra.Command, c *config.Config, getenv func(string) string) {
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := config.FromEnv(cmd.Flags(), getenv); err != nil {
			return err
		}
		return c.Validate()
	}
}

// logger writes to w what the settings say. They are valid.
func logger(c config.Config, w io.Writer) (*slog.Logger, error) {
	level, err := c.Level()
	if err != nil {
		return nil, fault.Wrap("main.logger", err)
	}
	return obs.Logger(w, level, c.LogJSON), nil
}

// accounts makes the service of accounts.
func accounts(c config.Config, s auth.Store) (*auth.Service, error) {
	return auth.New(s, auth.Options{
		Session: c.Session, Longest: c.SessionMax, Token: c.TokenLife, Hashes: c.Logins,
		Password: &argon2id.Params{Memory: uint32(c.PasswordMemory >> 10), Iterations: uint32(c.PasswordPasses), Parallelism: 1, SaltLength: 16, KeyLength: 32},
	})
}
