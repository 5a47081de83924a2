package upload

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
)

// send makes a request of the protocol; refused is what Serve left to refuse.
func send(s *Store, owner, method, path string, body []byte, headers ...string) (res *http.Response, refused error) {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	if method == http.MethodPost {
		r.Header.Del("Content-Type")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel() // as a server does
	w := httptest.NewRecorder()
	s.Serve(w, r.WithContext(ctx), owner, func(status int, err error) { refused = err; w.WriteHeader(status) })
	return w.Result(), refused
}

func begin(t *testing.T, s *Store, owner string, size int) string {
	t.Helper()
	res, err := send(s, owner, "POST", "/u", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("a.csv")))
	if err != nil || res.StatusCode != 201 {
		t.Fatalf("POST: %s, %v", res.Status, err)
	}
	return filepath.Base(res.Header.Get("Location"))
}

func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSweep: what stands still for a day goes, what moves stays.
func TestSweep(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s, err := Open(Options{Dir: dir, Base: "/u", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	old, moving, done := begin(t, s, "ann", 4), begin(t, s, "ann", 4), begin(t, s, "bob", 1)
	if _, err := send(s, "bob", "PATCH", "/u/"+done, []byte("x"), "Upload-Offset", "0"); err != nil {
		t.Fatal(err)
	}
	whole, err := s.Take(t.Context(), "bob", done)
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Done("DATASET"); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(); err != nil || len(files(t, dir)) != 5 {
		t.Fatalf("after nothing: %q, %v", files(t, dir), err)
	}
	now = now.Add(Life + time.Minute)
	path, err := s.file("ann", moving)
	if err := errors.Join(err, os.Chtimes(path, now, now)); err != nil { // a piece came
		t.Fatal(err)
	}
	if err := s.Sweep(); err != nil || len(files(t, dir)) != 2 {
		t.Errorf("after a day: %q, %v; want %s and its info", files(t, dir), err, moving)
	}
	if all, err := s.List(t.Context(), "ann"); err != nil || len(all) != 1 || all[0].ID != moving {
		t.Errorf("List() = %+v, %v", all, err)
	}
	if _, err := send(s, "ann", "PATCH", "/u/"+old, []byte("x"), "Upload-Offset", "0"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a swept upload goes on: %v", err)
	}
	if _, err := s.Take(t.Context(), "bob", done); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a swept note: %v", err)
	}
}

// TestRestart goes on with an upload after the process has ended, as often as it does.
func TestRestart(t *testing.T) {
	dir, text := t.TempDir(), "a,b\n1,2\n"
	var id string
	for i, c := range text {
		s, err := Open(Options{Dir: dir, Base: "/u"})
		if err != nil {
			t.Fatal(err)
		}
		if id == "" {
			id = begin(t, s, "ann", len(text))
		}
		res, err := send(s, "ann", "HEAD", "/u/"+id, nil)
		if at := res.Header.Get("Upload-Offset"); err != nil || at != strconv.Itoa(i) {
			t.Fatalf("offset = %s, %v, want %d", at, err, i)
		}
		if _, err := send(s, "ann", "PATCH", "/u/"+id, []byte(string(c)), "Upload-Offset", strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(Options{Dir: dir, Base: "/u"})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.Take(t.Context(), "ann", id)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(whole.Path); err != nil || string(b) != text || whole.Name != "a.csv" {
		t.Errorf("the file = %q, %v, %+v", b, err, whole)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Take(ctx, "ann", id); !errors.Is(err, context.Canceled) {
		t.Errorf("Take() of a taken one = %v", err)
	}
	if err := whole.Drop(); err != nil || len(files(t, dir)) != 0 {
		t.Errorf("Drop(): %v, %q stay", err, files(t, dir))
	}
}

// FuzzID: no id leads out of a user's folder.
func FuzzID(f *testing.F) {
	for _, s := range []string{"../x", "AAAAAAAAAAAAAAAAAAAAAAAAAA", "", "a/b", "..%2f", strings.Repeat("A", 25) + "\n"} {
		f.Add(s)
	}
	s, err := Open(Options{Dir: f.TempDir(), Base: "/u"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if path, err := s.file("ann", id); err == nil && filepath.Dir(path) != s.home("ann") {
			t.Errorf("file(%q) = %s", id, path)
		}
	})
}
