// Package config is the server's settings: one struct, filled from flags and
// from environment variables of the same names, checked as a whole.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Config is all settings. Defaults gives useful ones.
type Config struct {
	Addr    string // host:port to listen on; port 0 takes a free one
	Data    string // folder of all state
	Secure  bool   // browsers come by HTTPS, through a proxy: cookies are marked so
	Proxies int    // in front of the server, that add to X-Forwarded-For whom they heard

	UploadLimit Bytes // of one file
	URLImport   bool  // users may have files fetched from the public internet
	Workers     int   // goroutines of one training; 0 means one a processor
	Jobs        int   // trainings at the same time

	Session    time.Duration // life of a session after its last use
	SessionMax time.Duration // life of a session from its login
	TokenLife  time.Duration // life of a program's token, if it asks for no other

	PasswordMemory Bytes // of one password hash
	PasswordPasses int   // over that memory
	Logins         int   // passwords hashed at the same time

	LogLevel string // debug, info, warn, error
	LogJSON  bool
	Pprof    string // loopback host:port of the profiler; empty means none
}

// Defaults gives the settings of a server on one's own machine. The folder
// is $XDG_DATA_HOME/centroid, or ~/.local/share/centroid.
func Defaults(getenv func(string) string) Config {
	data := getenv("XDG_DATA_HOME")
	if data == "" && getenv("HOME") != "" {
		data = filepath.Join(getenv("HOME"), ".local", "share")
	}
	if data != "" {
		data = filepath.Join(data, "centroid")
	}
	return Config{
		Addr: "127.0.0.1:8080", Data: data, UploadLimit: 4 << 30, Jobs: 2,
		Session: 10 * time.Hour, SessionMax: 30 * 24 * time.Hour, TokenLife: 365 * 24 * time.Hour,
		PasswordMemory: 19 << 20, PasswordPasses: 2, Logins: 4, // OWASP's password storage sheet: 19 MiB, 2 passes, 1 lane
		LogLevel: "info",
	}
}

// Store adds the flags of whatever opens the data folder.
func (c *Config) Store(f *pflag.FlagSet) {
	f.StringVar(&c.Data, "data", c.Data, "folder of all state")
	f.StringVar(&c.LogLevel, "log-level", c.LogLevel, "debug, info, warn or error")
	f.BoolVar(&c.LogJSON, "log-json", c.LogJSON, "log lines are JSON")
}

// Passwords adds the flags of whatever hashes passwords.
func (c *Config) Passwords(f *pflag.FlagSet) {
	f.Var(&c.PasswordMemory, "password-memory", "memory of one password hash")
	f.IntVar(&c.PasswordPasses, "password-passes", c.PasswordPasses, "passes of a password hash over its memory")
	f.IntVar(&c.Logins, "logins", c.Logins, "passwords that are hashed at the same time")
}

// Training adds the flags of whatever trains.
func (c *Config) Training(f *pflag.FlagSet) {
	f.IntVar(&c.Workers, "workers", c.Workers, "goroutines of one training (0: one a processor)")
	f.IntVar(&c.Jobs, "jobs", c.Jobs, "trainings at the same time")
}

// Serving adds the flags of the server.
func (c *Config) Serving(f *pflag.FlagSet) {
	f.StringVar(&c.Addr, "addr", c.Addr, "host:port to listen on; port 0 takes a free one")
	f.BoolVar(&c.Secure, "secure", c.Secure, "browsers come by HTTPS through a proxy: mark cookies Secure")
	f.IntVar(&c.Proxies, "proxies", c.Proxies, "proxies in front of the server that tell addresses in X-Forwarded-For")
	f.Var(&c.UploadLimit, "upload-limit", "largest file that may be uploaded")
	f.BoolVar(&c.URLImport, "url-import", c.URLImport, "users may have tables fetched from the public internet by their address")
	f.DurationVar(&c.Session, "session", c.Session, "life of a session after its last use")
	f.DurationVar(&c.SessionMax, "session-max", c.SessionMax, "life of a session from its login")
	f.DurationVar(&c.TokenLife, "token-life", c.TokenLife, "life of a program's token, unless it asks for another")
	f.StringVar(&c.Pprof, "pprof", c.Pprof, "loopback host:port of the profiler (none if empty)")
}

// Env gives the name of the environment variable that sets a flag: --upload-limit is CENTROID_UPLOAD_LIMIT.
func Env(flag string) string {
	return "CENTROID_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// FromEnv sets the flags that were not given from their environment variables.
func FromEnv(f *pflag.FlagSet, getenv func(string) string) error {
	var bad []error
	f.VisitAll(func(fl *pflag.Flag) {
		v := getenv(Env(fl.Name))
		if fl.Changed || v == "" || fl.Name == "help" {
			return
		}
		if err := f.Set(fl.Name, v); err != nil {
			bad = append(bad, fault.Fieldf(fl.Name, "%s is %q, which --%s can't take: %v", Env(fl.Name), v, fl.Name, err))
		}
	})
	return errors.Join(bad...)
}

// Validate reports everything that is wrong, at once.
func (c Config) Validate() error {
	var bad []error
	want := func(ok bool, flag, format string, args ...any) {
		if !ok {
			bad = append(bad, fault.Fieldf(flag, "--"+flag+" "+format, args...))
		}
	}
	want(checkAddr(c.Addr) == nil, "addr", "is %q, want host:port such as 127.0.0.1:8080.", c.Addr)
	want(c.Data != "", "data", "is empty and there is no home folder: say where the data goes.")
	want(c.Proxies >= 0 && c.Proxies <= 16, "proxies", "is %d, want 0 to 16.", c.Proxies)
	want(c.UploadLimit > 0, "upload-limit", "is %s, want more than 0.", c.UploadLimit)
	want(c.Workers >= 0 && c.Workers <= 4096, "workers", "is %d, want 0 to 4096.", c.Workers)
	want(c.Jobs >= 1 && c.Jobs <= 256, "jobs", "is %d, want 1 to 256.", c.Jobs)
	want(c.Session > 0, "session", "is %v, want more than 0.", c.Session)
	want(c.SessionMax >= c.Session, "session-max", "is %v, want at least --session, %v.", c.SessionMax, c.Session)
	want(c.TokenLife > 0, "token-life", "is %v, want more than 0.", c.TokenLife)
	want(c.PasswordMemory >= 7<<20 && c.PasswordMemory <= 4<<30, "password-memory", "is %s, want 7MiB to 4GiB.", c.PasswordMemory)
	want(c.PasswordPasses >= 1 && c.PasswordPasses <= 100, "password-passes", "is %d, want 1 to 100.", c.PasswordPasses)
	want(c.Logins >= 1 && c.Logins <= 1024, "logins", "is %d, want 1 to 1024.", c.Logins)
	_, err := c.Level()
	want(err == nil, "log-level", "is %q, want debug, info, warn or error.", c.LogLevel)
	want(c.Pprof == "" || loopback(c.Pprof), "pprof", "is %q, want a loopback address such as 127.0.0.1:6060: the profiler has no password.", c.Pprof)
	return errors.Join(bad...)
}

// Level is LogLevel for slog.
func (c Config) Level() (l slog.Level, err error) {
	err = l.UnmarshalText([]byte(c.LogLevel))
	return l, err
}

// Prepare makes the data folder and checks that it can be written to.
func (c Config) Prepare() error {
	err := os.MkdirAll(c.Data, 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(c.Data, ".writable-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Field: "data", Op: "config.Prepare", Err: err,
			Msg: fmt.Sprintf("The data folder %s can't be written to. Give this user the right to, or name another with --data (or CENTROID_DATA).", c.Data)}
	}
	return nil
}

func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || checkAddr(addr) != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
