package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/config"
	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/train"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// userLine runs `centroid user` on a folder, with cheap passwords.
func userLine(t *testing.T, dir, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return line(t, nil, stdin, append([]string{"user", "--data", dir, "--password-memory", "7MiB", "--password-passes", "1"}, args...)...)
}

// guest opens a folder beside whoever has it.
func guest(t *testing.T, dir string) *folder {
	t.Helper()
	c := config.Defaults(nothing)
	c.Data = dir
	data, err := openFolder(context.Background(), c, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := data.Close(); err != nil {
			t.Error(err)
		}
	})
	return data
}

// login tries a password.
func login(t *testing.T, data *folder, name, password string) error {
	t.Helper()
	users, err := auth.New(data.store, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = users.Login(context.Background(), name, password, "test")
	return err
}

func TestUserAddListPassword(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if code, out, errs := userLine(t, dir, "correct horse\r\nsecond line\n", "add", "ada", "--email", "ada@example.com"); code != 0 || out != "Added ada.\n" {
		t.Fatalf("add = %d, %q, %q", code, out, errs)
	}
	if code, out, errs := userLine(t, dir, "battery staple", "add", "Bob"); code != 0 || out != "Added Bob.\n" {
		t.Fatalf("add = %d, %q, %q", code, out, errs)
	}
	code, out, _ := userLine(t, dir, "", "list")
	all := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(all) != 3 || !strings.HasPrefix(all[1], "ada   ada@example.com  20") || !strings.HasPrefix(all[2], "Bob ") {
		t.Errorf("list = %d, %q, want ada and Bob", code, all)
	}
	data := guest(t, dir)
	if err := login(t, data, "ada", "correct horse"); err != nil {
		t.Errorf("login with the added password: %v", err)
	}
	if code, out, errs := userLine(t, dir, "another sentence\n", "password", "ADA"); code != 0 || !strings.Contains(out, "password of ada") {
		t.Fatalf("password = %d, %q, %q", code, out, errs)
	}
	if err := login(t, data, "ada", "correct horse"); fault.CodeOf(err) != fault.NoLogin {
		t.Errorf("login with the old password: %v, want it refused", err)
	}
	if err := login(t, data, "ada", "another sentence"); err != nil {
		t.Errorf("login with the set password: %v", err)
	}
}

func TestUserFaults(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := userLine(t, dir, "correct horse\n", "add", "ada"); code != 0 {
		t.Fatal(errs)
	}
	for name, x := range map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"taken":           {"correct horse\n", []string{"add", "Ada"}, exitFault, "taken"},
		"short":           {"short\n", []string{"add", "bob"}, exitUsage, "at least 10"},
		"no password":     {"", []string{"add", "bob"}, exitUsage, "at least 10"},
		"name":            {"correct horse\n", []string{"add", "a b"}, exitUsage, "letters, digits"},
		"e-mail":          {"correct horse\n", []string{"add", "bob", "--email", "bob"}, exitUsage, "not an e-mail address"},
		"no name":         {"", []string{"add"}, exitUsage, "Give one name, not 0."},
		"unknown":         {"correct horse\n", []string{"password", "bob"}, exitUsage, `no user "bob"`},
		"delete unknown":  {"", []string{"delete", "bob", "--yes"}, exitUsage, `no user "bob"`},
		"delete, unasked": {"yes\n", []string{"delete", "ada"}, exitUsage, "Nothing was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := userLine(t, dir, x.stdin, x.args...)
			if code != x.code || out != "" || !strings.Contains(errs, x.want) {
				t.Errorf("user %q = %d, %q, %q, want %d, %q", x.args, code, out, errs, x.code, x.want)
			}
		})
	}
	if _, out, _ := userLine(t, dir, "", "list"); strings.Count(out, "\n") != 2 {
		t.Errorf("list = %q, want ada alone", out)
	}
}

// A deleted user takes datasets, files, models and trainings along; others keep theirs.
func TestUserDelete(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"ada", "bob"} {
		if code, _, errs := userLine(t, dir, "correct horse\n", "add", name); code != 0 {
			t.Fatal(errs)
		}
	}
	data, ctx := guest(t, dir), context.Background()
	_, trained, _ := trainFile(t, sampleFile("iris.csv"), "--k", "3")
	id, jobs, files := map[string]string{}, map[string]string{}, map[string]string{}
	for _, name := range []string{"ada", "bob"} {
		u, err := data.store.UserByName(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(sampleFile("iris.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		ds, err := data.datasets.Ingest(ctx, u.ID, "iris", "", f)
		if err != nil {
			t.Fatal(err)
		}
		m := *trained
		if _, err := data.models.Put(ctx, u.ID, &m); err != nil {
			t.Fatal(err)
		}
		j := job.Job{ID: job.NewID(), Kind: train.Kind, Owner: u.ID, Payload: []byte("{}")}
		if err := data.queue.Enqueue(ctx, j, wire.Event{Type: wire.EventQueued}); err != nil {
			t.Fatal(err)
		}
		id[name], jobs[name], files[name] = u.ID, j.ID, filepath.Join(dir, "dataset", ds.ID)
	}
	code, out, errs := userLine(t, dir, "ada\n", "delete", "ada")
	if code != 0 || out != "Deleted ada with 1 datasets and 1 models.\n" || !strings.Contains(errs, "Type the name") {
		t.Fatalf("delete = %d, %q, %q", code, out, errs)
	}
	for name, want := range map[string]struct {
		left  int
		state job.State
	}{"ada": {0, job.Canceled}, "bob": {1, job.Queued}} {
		sets, err := data.datasets.List(ctx, id[name])
		if err != nil || len(sets) != want.left {
			t.Errorf("%s has %d datasets, %v, want %d", name, len(sets), err, want.left)
		}
		var models []wire.ModelInfo
		if models, err = data.models.List(ctx, id[name]); err != nil || len(models) != want.left {
			t.Errorf("%s has %d models, %v, want %d", name, len(models), err, want.left)
		}
		if j, err := data.queue.Get(ctx, jobs[name]); err != nil || j.State != want.state {
			t.Errorf("%s's training is %s, %v, want %s", name, j.State, err, want.state)
		}
		if _, err := os.Stat(files[name]); (err == nil) != (want.left > 0) {
			t.Errorf("%s's files: %v, want %d datasets", name, err, want.left)
		}
		if _, err := data.store.User(ctx, id[name]); (err == nil) != (want.left > 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
