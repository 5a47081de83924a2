package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/centroid-studio/centroid/shared/fault"
)

// The test binary is the program: it is the process of a sandbox too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "sandbox" {
		main()
	}
	os.Exit(m.Run())
}

// line runs the command line as main does, and gives the exit code.
func line(t *testing.T, getenv func(string) string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return lineWith(t, context.Background(), getenv, stdin, args...)
}

func lineWith(t *testing.T, ctx context.Context, getenv func(string) string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	if getenv == nil {
		getenv = nothing
	}
	root := newRootCommand(getenv)
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err := execute(ctx, root)
	code = report(&errs, err)
	return code, out.String(), errs.String()
}

func nothing(string) string { return "" }

func TestVersionCommand(t *testing.T) {
	if code, out, errs := line(t, nil, "", "version"); code != 0 || out != "centroid "+version+"\n" || errs != "" {
		t.Errorf("version = %d, %q, %q", code, out, errs)
	}
}

func TestHelpNamesTheCommands(t *testing.T) {
	code, out, _ := line(t, nil, "")
	for _, want := range []string{"serve", "worker", "train", "predict", "bench", "user", "version"} {
		if !strings.Contains(out, "\n  "+want+" ") {
			t.Errorf("the help lacks %s:\n%s", want, out)
		}
	}
	if code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

// What is wrong with a command is said in plain words, with a way on, and exit code 2.
func TestWrongCommands(t *testing.T) {
	dir := t.TempDir()
	for name, x := range map[string]struct {
		args   []string
		getenv func(string) string
		want   []string
	}{
		"unknown command":  {[]string{"sreve"}, nil, []string{`Unknown command "sreve"`, "serve", "`centroid --help`"}},
		"unknown below":    {[]string{"user", "ad"}, func(n string) string { return map[string]string{"CENTROID_DATA": dir}[n] }, []string{`Unknown command "ad"`, "`centroid user --help`"}},
		"unknown flag":     {[]string{"serve", "--port", "1"}, nil, []string{"--port", "`centroid serve --help`"}},
		"no value":         {[]string{"train", "--k"}, nil, []string{"--k", "`centroid train --help`"}},
		"not a number":     {[]string{"train", "--k", "many"}, nil, []string{`"many"`, "--k"}},
		"flags missing":    {[]string{"train"}, nil, []string{`"data", "out"`, "`centroid train --help`"}},
		"arguments":        {[]string{"serve", "now"}, nil, []string{`"now"`}},
		"settings":         {[]string{"serve", "--data", dir, "--jobs", "0", "--session", "0s"}, nil, []string{"--jobs is 0, want 1 to 256.", "\n--session is 0s, want more than 0."}},
		"variable":         {[]string{"serve", "--data", dir}, func(n string) string { return map[string]string{"CENTROID_JOBS": "x"}[n] }, []string{`CENTROID_JOBS is "x"`}},
		"variable's value": {[]string{"worker", "--data", dir}, func(n string) string { return map[string]string{"CENTROID_JOBS": "0"}[n] }, []string{"--jobs is 0"}},
		"no folder":        {[]string{"worker"}, nil, []string{"--data is empty"}},
		"no file":          {[]string{"predict", "--model", "gone.json", "--data", "gone.csv"}, nil, []string{"gone.json can't be opened"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := line(t, x.getenv, "", x.args...)
			if code != exitUsage || out != "" {
				t.Errorf("exit code %d, output %q, want %d and none", code, out, exitUsage)
			}
			for _, want := range x.want {
				if !strings.Contains(errs, want) {
					t.Errorf("it says %q, want it to say %q", errs, want)
				}
			}
		})
	}
}

// The README's table of settings has all flags of the server, and no other.
func TestReadmeHasTheFlags(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "\n## Configuration\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	listed := map[string]bool{}
	for row := range strings.Lines(section) {
		if !strings.HasPrefix(row, "| `--") {
			continue
		}
		cell, _, _ := strings.Cut(row[2:], " |")
		for _, m := range regexp.MustCompile("`--([a-z-]+)`").FindAllStringSubmatch(cell, -1) {
			listed[m[1]] = true
		}
	}
	newServeCommand(nothing).Flags().VisitAll(func(f *pflag.Flag) {
		if !listed[f.Name] {
			t.Errorf("the README's configuration lacks --%s", f.Name)
		}
		delete(listed, f.Name)
	})
	for name := range listed {
		t.Errorf("the README's configuration has --%s, which serve has not", name)
	}
}

func TestReport(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, x := range map[string]struct {
		err  error
		code int
		want string
	}{
		"nothing":     {nil, 0, ""},
		"input":       {fault.Newf(fault.Invalid, "Bad."), exitUsage, "Bad.\n"},
		"ours":        {fault.Wrap("x", broken), exitFault, "Something went wrong on our side.\nCause: x: Something went wrong on our side.: disk on fire\n"},
		"foreign":     {broken, exitFault, "Something went wrong on our side.\nCause: disk on fire\n"},
		"unavailable": {&fault.Error{Code: fault.Unavailable, Msg: "Full.", Err: broken}, exitFault, "Full.\nCause: disk on fire\n"},
		"several":     {errors.Join(fault.Newf(fault.Invalid, "One."), fault.Newf(fault.Invalid, "Two.")), exitUsage, "One.\nTwo.\n"},
		"Ctrl-C":      {context.Canceled, exitBreak, "Stopped.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if code := report(&b, x.err); code != x.code || b.String() != x.want {
				t.Errorf("report(%v) = %d, %q, want %d, %q", x.err, code, b.String(), x.code, x.want)
			}
		})
	}
}

func TestInterruptedTraining(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code, _, errs := lineWith(t, ctx, nil, "", "train", "--data", sampleFile("iris.csv"), "--k", "3", "--out", t.TempDir()+"/m.json")
	if code != exitBreak || errs != "Stopped.\n" {
		t.Errorf("exit code %d, %q, want %d", code, errs, exitBreak)
	}
}
