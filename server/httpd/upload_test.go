package httpd

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// nothing checks that no dataset is there, nor a file of one.
func (v *visitor) nothing(what string) {
	v.t.Helper()
	var all []wire.Dataset
	if v.must("GET", "datasets", nil, &all); len(all) != 0 {
		v.t.Errorf("%s: %d datasets are there, want none", what, len(all))
	}
	if left := v.r.files(); len(left) != 0 {
		v.t.Errorf("%s: %v stay, want nothing", what, left)
	}
}

// files gives what lies in the folder of the datasets.
func (r *rig) files() (names []string) {
	r.t.Helper()
	all, err := os.ReadDir(filepath.Join(r.dir, "dataset"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func zipped(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("iris.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("a,b\n1,2\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// names makes a line of n column names, or of values.
func names(n int, prefix string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(prefix, i)
	}
	return strings.Join(all, ",") + "\n"
}

// TestBadUploads: a clear error, and nothing half-made stays.
func TestBadUploads(t *testing.T) {
	const limit = 2 << 20
	r := newRig(t, rigOptions{idle: true, limit: limit})
	v := r.program("ada")
	huge := strings.Repeat("1,2\n", limit/4+10)
	for _, tc := range []struct {
		name         string
		body         any
		status       int
		line, column int
		words        []string
	}{
		{"an empty file", []byte(""), 400, 0, 0, []string{"The file is empty."}},
		{"white space only", []byte(" \n\n"), 400, 0, 0, []string{"The file is empty."}},
		{"a header only", []byte("a,b\n"), 400, 0, 0, []string{"no row"}},
		{"a line too short", []byte("a,b,c\n1,2,3\n4,5\n"), 400, 3, 0, []string{"ine 3", "2 fields", "3"}},
		{"a line too long", []byte("a,b\n1,2\n3,4,5\n"), 400, 3, 0, []string{"ine 3", "3 fields", "2"}},
		{"a ragged line after a text of two lines", []byte("a,b\n\"x\ny\",2\n3\n"), 400, 4, 0, []string{"ine 4"}},
		{"text that is no UTF-8", []byte("a,b\n1,2\n3,caf\xe9\n"), 400, 3, 2, []string{"UTF-8"}},
		{"a NUL byte", []byte("a,b\n1,2\n3,\x00\n"), 400, 3, 2, []string{"NUL"}},
		{"a zip that was cut off", zipped(t)[:100], 400, 0, 0, []string{"zip"}},
		{"two columns of one name", []byte("a,b,a\n1,2,3\n"), 400, 1, 3, []string{`"a"`}},
		{"a column without a name", []byte("a,,c\n1,2,3\n"), 400, 1, 2, []string{"name"}},
		{"10,000 columns", []byte(names(10_000, "c") + names(10_000, "")), 400, 1, 0, []string{"10000", "4096"}},
		{"a field of 1.5 MB", []byte("a,b\n1," + strings.Repeat("x", 3<<19) + "\n"), 400, 2, 2, []string{"1572864 bytes", "1048576"}},
		{"a quote that does not end", []byte("a,b\n1,\"2\n3,4\n"), 400, 2, 0, []string{"quot"}},
		{"a file over the limit, of known length", []byte("a,b\n" + huge), 413, 0, 0, []string{"limit of 2 MB"}},
		{"a file over the limit, of unknown length", io.MultiReader(strings.NewReader("a,b\n" + huge)), 413, 0, 0, []string{"limit of 2 MB"}},
		{"a file far over the limit", []byte("a,b\n" + strings.Repeat(huge, 3)), 413, 0, 0, []string{"has 6 MB", "limit of 2 MB"}},
	} {
		a := v.do("POST", "datasets?name=t", tc.body)
		p := a.problem(t)
		if a.StatusCode != tc.status || p.Line != tc.line || tc.column != 0 && p.Column != tc.column {
			t.Errorf("%s: %d, line %d, column %d: %q; want %d, line %d, column %d", tc.name, a.StatusCode, p.Line, p.Column, p.Detail, tc.status, tc.line, tc.column)
		}
		for _, w := range tc.words {
			if !strings.Contains(p.Detail, w) {
				t.Errorf("%s: %q does not say %q", tc.name, p.Detail, w)
			}
		}
		v.nothing(tc.name)
	}
	req := v.request("POST", "datasets", []byte("a,b\n1,2\n"))
	req.Header.Set("Content-Type", "image/png")
	expect(t, "a picture", send(t, req), 415)
	v.nothing("a picture")
}

// TestHugeField: 100 MB in one field are refused without being kept in memory.
func TestHugeField(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	field := io.LimitReader(endless('x'), 100<<20)
	a := v.do("POST", "datasets", io.MultiReader(strings.NewReader("a,b\n1,"), field, strings.NewReader("\n")))
	if p := a.problem(t); a.StatusCode != 400 || p.Line != 2 || p.Column != 2 {
		t.Errorf("%s %s, want line 2, column 2", a.Status, a.body)
	}
	v.nothing("a field of 100 MB")
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// TestGoodUploads: what is odd but right just works.
func TestGoodUploads(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	for _, tc := range []struct{ name, body string }{
		{"plain", "a,b\n1,x\n,y\n"},
		{"CRLF", "a,b\r\n1,x\r\n,y\r\n"},
		{"a byte order mark", "\xef\xbb\xbfa,b\n1,x\n,y\n"},
		{"no line end at the end", "a,b\n1,x\n,y"},
		{"semicolons", "a;b\n1;x\n;y\n"},
		{"tabs", "a\tb\n1\tx\n\ty\n"},
		{"NA", "a,b\n1,x\nNA,y\n"},
		{"NaN", "a,b\n1,x\nNaN,y\n"},
		{"null", "a,b\n1,x\nnull,y\n"},
		{"JSON", `[{"a":1,"b":"x"},{"a":null,"b":"y"}]`},
		{"NDJSON", "{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\"}\n"},
		{"quotes", "\"a\",\"b\"\n\"1\",\"x\"\n\"\",\"y\"\n"},
	} {
		var d wire.Dataset
		v.must("POST", "datasets?name=t", []byte(tc.body), &d)
		var rows wire.Rows
		v.must("GET", "datasets/"+d.ID+"/rows", nil, &rows)
		b, err := json.Marshal(rows.Rows)
		if want := `[{"id":0,"cells":[1,"x"]},{"id":1,"cells":[null,"y"]}]`; err != nil || string(b) != want || d.Schema[0].Kind != table.Number || d.Schema[0].Missing != 1 {
			t.Errorf("%s: rows %s, schema %+v; want %s", tc.name, b, d.Schema, want)
		}
	}
	var d wire.Dataset
	v.must("POST", "datasets?name=lines", []byte("a,b\n1,\"x, \"\"y\"\"\r\nz\"\n"), &d)
	var rows wire.Rows
	if v.must("GET", "datasets/"+d.ID+"/rows", nil, &rows); rows.Rows[0].Cells[1].String() != "x, \"y\"\r\nz" && rows.Rows[0].Cells[1].String() != "x, \"y\"\nz" {
		t.Errorf("a text of two lines became %q", rows.Rows[0].Cells[1].String())
	}
}

// form makes a body of a form: name, content; a content that begins with @ is a file.
func form(t *testing.T, fields ...string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		name, content := fields[i], fields[i+1]
		var part io.Writer
		var err error
		if file, isFile := strings.CutPrefix(content, "@"); isFile {
			content = file
			part, err = w.CreateFormFile(name, "C folder/my table.v2.csv")
		} else {
			part, err = w.CreateFormField(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

func TestForms(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	for _, tc := range []struct {
		name, query string
		fields      []string
		want        string // the dataset's name
		words       string // or of the problem
	}{
		{"a file", "", []string{"file", "@a,b\n1,2\n"}, "my table.v2", ""},
		{"a file of another field", "", []string{"upload", "@a,b\n1,2\n"}, "my table.v2", ""},
		{"a name before it", "", []string{"name", "flowers", "file", "@a,b\n1,2\n"}, "flowers", ""},
		{"a name in the address", "?name=other", []string{"name", "flowers", "file", "@a,b\n1,2\n"}, "other", ""},
		{"text pasted into the field", "?name=pasted", []string{"file", "a,b\n1,2\n"}, "pasted", ""},
		{"no file", "", []string{"name", "flowers"}, "", "The form has no file."},
		{"a bad file", "", []string{"file", "@a,b\n1\n"}, "", "ine 2"},
	} {
		kind, body := form(t, tc.fields...)
		req := v.request("POST", "datasets"+tc.query, body)
		req.Header.Set("Content-Type", kind)
		a := send(t, req)
		if tc.words != "" {
			if p := a.problem(t); a.StatusCode != 400 || !strings.Contains(p.Detail, tc.words) {
				t.Errorf("%s: %s %s, want 400 and %q", tc.name, a.Status, a.body, tc.words)
			}
			continue
		}
		var d wire.Dataset
		if err := json.Unmarshal(a.body, &d); err != nil || a.StatusCode != 201 || d.Name != tc.want || d.Rows != 1 {
			t.Errorf("%s: %s %s, want a dataset called %q", tc.name, a.Status, a.body, tc.want)
		}
	}
	kind, body := form(t, "file", "@a,b\n1,2\n")
	req := v.request("POST", "datasets", body[:len(body)-40])
	req.Header.Set("Content-Type", kind)
	before := len(r.files())
	if a := send(t, req); a.StatusCode < 400 || len(r.files()) != before {
		t.Errorf("a form without its end: %s %s, %d files, want %d", a.Status, a.body, len(r.files()), before)
	}
}

// TestCutUpload: a connection that ends in the middle leaves nothing.
func TestCutUpload(t *testing.T) {
	finished := make(chan error, 1)
	r := newRig(t, rigOptions{idle: true, options: func(o *Options) { o.Datasets = told{o.Datasets, finished} }})
	v := r.program("ada")
	for _, chunked := range []bool{false, true} {
		c, err := net.Dial("tcp", r.front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		head := "POST /api/v1/datasets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + v.token + "\r\nContent-Type: text/csv\r\n"
		if chunked {
			head += "Transfer-Encoding: chunked\r\n\r\n8\r\na,b\n1,2\n\r\n"
		} else {
			head += "Content-Length: 1000\r\n\r\na,b\n1,2\n"
		}
		if _, err := io.WriteString(c, head); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-finished; err == nil {
			t.Errorf("chunked %v: a cut upload was taken", chunked)
		}
		v.nothing(fmt.Sprint("cut, chunked ", chunked))
	}
}

// told says how an upload ended.
type told struct {
	Datasets
	finished chan error
}

func (d told) Ingest(ctx context.Context, owner, name, source string, r io.Reader) (wire.Dataset, error) {
	out, err := d.Datasets.Ingest(ctx, owner, name, source, r)
	d.finished <- err
	return out, err
}

// TestStalledUpload: who sends nothing for the stall's time is cut off, who is slow is not.
func TestStalledUpload(t *testing.T) {
	finished := make(chan error, 1)
	r := newRig(t, rigOptions{idle: true, options: func(o *Options) {
		o.Datasets, o.Stall = told{o.Datasets, finished}, 50*time.Millisecond
	}})
	v := r.program("ada")
	c, err := net.Dial("tcp", r.front.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /api/v1/datasets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+v.token+"\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\na,b\n1,2\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-finished; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a stalled upload ends with %v, want the deadline", err)
	}
	v.nothing("stalled")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || res.StatusCode < 400 {
		t.Errorf("a stalled upload is answered with %v, %v", res, err)
	}
}

// TestIncoming: each read has the stall's time, however long all of them take.
func TestIncoming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &deadlines{}
		in := &incoming{body: &slow{n: 5, wait: 9 * time.Second}, control: http.NewResponseController(w), stall: 10 * time.Second}
		begin := time.Now()
		if b, err := io.ReadAll(in); err != nil || len(b) != 5 {
			t.Fatalf("ReadAll = %q, %v", b, err)
		}
		if took := time.Since(begin); took < 45*time.Second {
			t.Errorf("it took %s", took)
		}
		if len(w.read) != 7 {
			t.Fatalf("%d deadlines were set, want one for each of 6 reads, and one at the end", len(w.read))
		}
		for i, d := range w.read[:6] {
			if want := begin.Add(time.Duration(i)*9*time.Second + 10*time.Second); !d.Equal(want) {
				t.Errorf("deadline of read %d = %s, want %s", i, d.Sub(begin), want.Sub(begin))
			}
		}
		if last := w.read[6]; !last.IsZero() {
			t.Errorf("at the end the deadline is %s, want none", last)
		}
	})
}

type deadlines struct {
	http.ResponseWriter
	read []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = append(d.read, t); return nil }

// slow gives n bytes, one at a time.
type slow struct {
	n    int
	wait time.Duration
}

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(s.wait) // of the bubble's clock
	if s.n == 0 {
		return 0, io.EOF
	}
	s.n--
	p[0] = 'x'
	return 1, nil
}

// TestDiskFull: a full disk is told as such.
func TestDiskFull(t *testing.T) {
	r := newRig(t, rigOptions{idle: true, options: func(o *Options) { o.Datasets = fullDisk{o.Datasets} }})
	v := r.program("ada")
	a := v.do("POST", "datasets", []byte("a,b\n1,2\n"))
	if p := a.problem(t); a.StatusCode != 503 || p.Code != "unavailable" || !strings.Contains(p.Detail, "disk is full") || a.Header.Get("Retry-After") == "" {
		t.Errorf("%s %s", a.Status, a.body)
	}
	v.nothing("a full disk")
}

type fullDisk struct{ Datasets }

func (fullDisk) Ingest(context.Context, string, string, string, io.Reader) (wire.Dataset, error) {
	return wire.Dataset{}, fmt.Errorf("write upload.csv: %w", syscall.ENOSPC)
}
