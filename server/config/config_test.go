package config

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/centroid-studio/centroid/shared/fault"
)

// env is an environment.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// all gives a set with all flags, at their defaults.
func all(getenv func(string) string) (*Config, *pflag.FlagSet) {
	c := Defaults(getenv)
	f := pflag.NewFlagSet("test", pflag.ContinueOnError)
	c.Serving(f)
	c.Store(f)
	c.Training(f)
	c.Passwords(f)
	return &c, f
}

func TestDefaultsAreValid(t *testing.T) {
	c := Defaults(env("HOME", "/home/ada"))
	if err := c.Validate(); err != nil {
		t.Errorf("Defaults().Validate() = %v, want nil", err)
	}
	for name, x := range map[string]struct {
		getenv func(string) string
		want   string
	}{
		"home":    {env("HOME", "/home/ada"), "/home/ada/.local/share/centroid"},
		"XDG":     {env("HOME", "/home/ada", "XDG_DATA_HOME", "/big"), "/big/centroid"},
		"nowhere": {env(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Defaults(x.getenv).Data; got != x.want {
				t.Errorf("Data = %q, want %q", got, x.want)
			}
		})
	}
}

// Each flag is read from the command line, else from its variable, else it keeps its default.
func TestFlagsAndEnvironment(t *testing.T) {
	get := map[string]func(*Config) any{
		"addr":            func(c *Config) any { return c.Addr },
		"data":            func(c *Config) any { return c.Data },
		"secure":          func(c *Config) any { return c.Secure },
		"proxies":         func(c *Config) any { return c.Proxies },
		"upload-limit":    func(c *Config) any { return c.UploadLimit },
		"url-import":      func(c *Config) any { return c.URLImport },
		"workers":         func(c *Config) any { return c.Workers },
		"jobs":            func(c *Config) any { return c.Jobs },
		"session":         func(c *Config) any { return c.Session },
		"session-max":     func(c *Config) any { return c.SessionMax },
		"token-life":      func(c *Config) any { return c.TokenLife },
		"password-memory": func(c *Config) any { return c.PasswordMemory },
		"password-passes": func(c *Config) any { return c.PasswordPasses },
		"logins":          func(c *Config) any { return c.Logins },
		"log-level":       func(c *Config) any { return c.LogLevel },
		"log-json":        func(c *Config) any { return c.LogJSON },
		"pprof":           func(c *Config) any { return c.Pprof },
	}
	cases := map[string]struct {
		variable, text, other string // text by the variable, other by the flag
		want, wantOther       any
	}{
		"addr":            {"CENTROID_ADDR", "0.0.0.0:80", "[::1]:9", "0.0.0.0:80", "[::1]:9"},
		"data":            {"CENTROID_DATA", "/a", "/b", "/a", "/b"},
		"secure":          {"CENTROID_SECURE", "true", "false", true, false},
		"proxies":         {"CENTROID_PROXIES", "1", "2", 1, 2},
		"upload-limit":    {"CENTROID_UPLOAD_LIMIT", "2GB", "1MiB", Bytes(2e9), Bytes(1 << 20)},
		"url-import":      {"CENTROID_URL_IMPORT", "true", "false", true, false},
		"workers":         {"CENTROID_WORKERS", "3", "4", 3, 4},
		"jobs":            {"CENTROID_JOBS", "5", "6", 5, 6},
		"session":         {"CENTROID_SESSION", "1h", "2h", time.Hour, 2 * time.Hour},
		"session-max":     {"CENTROID_SESSION_MAX", "48h", "72h", 48 * time.Hour, 72 * time.Hour},
		"token-life":      {"CENTROID_TOKEN_LIFE", "1m", "2m", time.Minute, 2 * time.Minute},
		"password-memory": {"CENTROID_PASSWORD_MEMORY", "64MiB", "8MiB", Bytes(64 << 20), Bytes(8 << 20)},
		"password-passes": {"CENTROID_PASSWORD_PASSES", "7", "8", 7, 8},
		"logins":          {"CENTROID_LOGINS", "9", "10", 9, 10},
		"log-level":       {"CENTROID_LOG_LEVEL", "debug", "warn", "debug", "warn"},
		"log-json":        {"CENTROID_LOG_JSON", "1", "0", true, false},
		"pprof":           {"CENTROID_PPROF", "localhost:1", "127.0.0.1:2", "localhost:1", "127.0.0.1:2"},
	}
	_, f := all(env())
	f.VisitAll(func(fl *pflag.Flag) {
		x, ok := cases[fl.Name]
		if !ok {
			t.Errorf("--%s has no case here", fl.Name)
			return
		}
		t.Run(fl.Name, func(t *testing.T) {
			if got := Env(fl.Name); got != x.variable {
				t.Errorf("Env(%q) = %q, want %q", fl.Name, got, x.variable)
			}
			getenv := env("HOME", "/h", x.variable, x.text)
			c, f := all(getenv)
			if err := FromEnv(f, getenv); err != nil || get[fl.Name](c) != x.want {
				t.Errorf("with %s=%s: %v, %v, want %v", x.variable, x.text, get[fl.Name](c), err, x.want)
			}
			c, f = all(getenv)
			if err := errors.Join(f.Parse([]string{"--" + fl.Name + "=" + x.other}), FromEnv(f, getenv)); err != nil || get[fl.Name](c) != x.wantOther {
				t.Errorf("with --%s=%s: %v, %v, want %v", fl.Name, x.other, get[fl.Name](c), err, x.wantOther)
			}
			c, f = all(env())
			if err := FromEnv(f, env()); err != nil || get[fl.Name](c) != get[fl.Name](new(Defaults(env()))) {
				t.Errorf("with neither: %v, %v, want the default", get[fl.Name](c), err)
			}
		})
	})
}

func TestFromEnvNamesTheVariable(t *testing.T) {
	getenv := env("CENTROID_JOBS", "many", "CENTROID_UPLOAD_LIMIT", "big")
	_, f := all(getenv)
	err := FromEnv(f, getenv)
	for _, want := range []string{"CENTROID_JOBS is \"many\"", "CENTROID_UPLOAD_LIMIT is \"big\"", "write 500MB or 4GiB"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("FromEnv = %v, want it to say %q", err, want)
		}
	}
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("code = %s, want %s", fault.CodeOf(err), fault.Invalid)
	}
}

func TestValidate(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(*Config)
		want  string
	}{
		"no port":           {func(c *Config) { c.Addr = "localhost" }, "--addr is"},
		"large port":        {func(c *Config) { c.Addr = ":65536" }, "--addr is"},
		"named port":        {func(c *Config) { c.Addr = ":http" }, "--addr is"},
		"no folder":         {func(c *Config) { c.Data = "" }, "--data is empty"},
		"proxies below 0":   {func(c *Config) { c.Proxies = -1 }, "--proxies is -1"},
		"many proxies":      {func(c *Config) { c.Proxies = 17 }, "--proxies is 17"},
		"no upload":         {func(c *Config) { c.UploadLimit = 0 }, "--upload-limit is 0B"},
		"workers below 0":   {func(c *Config) { c.Workers = -1 }, "--workers is -1"},
		"many workers":      {func(c *Config) { c.Workers = 4097 }, "--workers is 4097"},
		"no job":            {func(c *Config) { c.Jobs = 0 }, "--jobs is 0"},
		"many jobs":         {func(c *Config) { c.Jobs = 257 }, "--jobs is 257"},
		"no session":        {func(c *Config) { c.Session = 0 }, "--session is 0s"},
		"short session max": {func(c *Config) { c.SessionMax = c.Session - 1 }, "--session-max is"},
		"no token":          {func(c *Config) { c.TokenLife = 0 }, "--token-life is 0s"},
		"little memory":     {func(c *Config) { c.PasswordMemory = 7<<20 - 1 }, "--password-memory is"},
		"much memory":       {func(c *Config) { c.PasswordMemory = 4<<30 + 1 }, "--password-memory is"},
		"no pass":           {func(c *Config) { c.PasswordPasses = 0 }, "--password-passes is 0"},
		"many passes":       {func(c *Config) { c.PasswordPasses = 101 }, "--password-passes is 101"},
		"no login":          {func(c *Config) { c.Logins = 0 }, "--logins is 0"},
		"many logins":       {func(c *Config) { c.Logins = 1025 }, "--logins is 1025"},
		"log level":         {func(c *Config) { c.LogLevel = "loud" }, "--log-level is \"loud\""},
		"open profiler":     {func(c *Config) { c.Pprof = "0.0.0.0:6060" }, "--pprof is"},
		"profiler's port":   {func(c *Config) { c.Pprof = "127.0.0.1" }, "--pprof is"},
		"named profiler":    {func(c *Config) { c.Pprof = "example.com:6060" }, "--pprof is"},
	} {
		t.Run(name, func(t *testing.T) {
			c := Defaults(env("HOME", "/h"))
			x.spoil(&c)
			err := c.Validate()
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Code != fault.Invalid || !strings.HasPrefix(e.Msg, x.want) || "--"+e.Field != strings.Fields(x.want)[0] {
				t.Errorf("Validate() = %v, want one that begins with %q", err, x.want)
			}
		})
	}
	for name, set := range map[string]func(*Config){
		"port 0": func(c *Config) { c.Addr = "127.0.0.1:0" }, "IPv6": func(c *Config) { c.Addr, c.Pprof = "[::]:1", "[::1]:2" },
		"all hosts": func(c *Config) { c.Addr = ":8080" }, "profiler": func(c *Config) { c.Pprof = "localhost:6060" },
	} {
		c := Defaults(env("HOME", "/h"))
		if set(&c); c.Validate() != nil {
			t.Errorf("%s: Validate() = %v, want nil", name, c.Validate())
		}
	}
}

func TestValidateReportsAll(t *testing.T) {
	err := Config{}.Validate()
	for _, want := range []string{"--addr", "--data", "--upload-limit", "--jobs", "--session ", "--token-life", "--password-memory", "--password-passes", "--logins", "--log-level"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Config{}.Validate() = %v, want it to name %s", err, want)
		}
	}
}

func TestLevel(t *testing.T) {
	for text, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "ERROR": slog.LevelError} {
		if got, err := (Config{LogLevel: text}).Level(); err != nil || got != want {
			t.Errorf("Level(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestPrepare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := (Config{Data: dir}).Prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v, want one for its owner only", info, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err = Config{Data: filepath.Join(file, "data")}.Prepare()
	if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "--data") || !strings.Contains(fault.Message(err), file) {
		t.Errorf("Prepare() below a file = %v, want one that names the folder and --data", err)
	}
}

func TestBytes(t *testing.T) {
	for text, x := range map[string]struct {
		want  Bytes
		again string
	}{
		"0": {0, "0B"}, "1": {1, "1B"}, "500MB": {500e6, "500MB"}, "500 mb": {500e6, "500MB"}, "4GiB": {4 << 30, "4GiB"},
		"1024KiB": {1 << 20, "1MiB"}, "12B": {12, "12B"}, " 3 TB ": {3e12, "3TB"}, "1000000": {1e6, "1MB"}, "7tib": {7 << 40, "7TiB"},
		"9223372036854775807": {1<<63 - 1, "9223372036854775807B"},
	} {
		var b Bytes
		if err := b.Set(text); err != nil || b != x.want || b.String() != x.again {
			t.Errorf("Set(%q) = %d, %v, String() = %q, want %d, %q", text, b, err, b, x.want, x.again)
		}
		var back Bytes
		if err := back.Set(b.String()); err != nil || back != b {
			t.Errorf("Set(%q) = %d, %v, want %d", b, back, err, b)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1.5GB", "1e6", "many", "9223372036854775808", "9000000TiB", "1 GB more"} {
		b := Bytes(5)
		if err := b.Set(text); err == nil || b != 5 {
			t.Errorf("Set(%q) = %d, %v, want an error", text, b, err)
		}
	}
}
