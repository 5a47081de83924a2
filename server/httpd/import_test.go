package httpd

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/server/remote"
	"github.com/centroid-studio/centroid/shared/wire"
)

// piece makes a request of the tus protocol.
func (v *visitor) piece(method, path string, body []byte, headers ...string) *reply {
	v.t.Helper()
	req := v.request(method, path, bytes.NewReader(body))
	req.ContentLength = int64(len(body))
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	if method == "POST" {
		req.Header.Del("Content-Type")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return send(v.t, req)
}

// begin begins an upload and gives its id.
func (v *visitor) begin(name string, size int) string {
	v.t.Helper()
	a := v.piece("POST", UploadPath, nil, "Upload-Length", strconv.Itoa(size),
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(name))+",modified "+base64.StdEncoding.EncodeToString([]byte("1764288000000")))
	at := a.Header.Get("Location")
	if a.StatusCode != 201 || !strings.HasPrefix(at, v.r.url+UploadPath+"/") {
		v.t.Fatalf("POST answers %s %s, at %q", a.Status, a.body, at)
	}
	return at[strings.LastIndexByte(at, '/')+1:]
}

func (v *visitor) add(id string, at int, body []byte) *reply {
	v.t.Helper()
	return v.piece("PATCH", UploadPath+"/"+id, body, "Upload-Offset", strconv.Itoa(at))
}

// TestPieces sends a file in pieces, which becomes what it is in one piece.
func TestPieces(t *testing.T) {
	r := newRig(t, rigOptions{idle: true, limit: 1 << 20})
	ada, bob := r.program("ada"), r.program("bob")
	csv := []byte("a,b\n" + strings.Repeat("1,x\n2,y\n", 1000))
	var whole wire.Dataset
	ada.must("POST", "datasets?name=table", csv, &whole)

	id := ada.begin("table.csv.gz", len(csv))
	if a := ada.add(id, 0, csv[:100]); a.StatusCode != 204 || a.Header.Get("Upload-Offset") != "100" {
		t.Fatalf("PATCH answers %s %s", a.Status, a.body)
	}
	var all []wire.Upload
	ada.must("GET", "uploads", nil, &all)
	if len(all) != 1 || all[0].ID != id || all[0].Name != "table.csv.gz" || all[0].Size != int64(len(csv)) || all[0].Offset != 100 || all[0].Modified != 1764288000000 {
		t.Errorf("uploads = %+v", all)
	}
	if a := ada.piece("HEAD", UploadPath+"/"+id, nil); a.StatusCode != 200 || a.Header.Get("Upload-Offset") != "100" {
		t.Errorf("HEAD answers %s, at %s", a.Status, a.Header.Get("Upload-Offset"))
	}

	// To another it does not exist, whatever he does.
	for _, a := range []*reply{bob.piece("HEAD", UploadPath+"/"+id, nil), bob.add(id, 100, csv[100:]), bob.piece("DELETE", UploadPath+"/"+id, nil), bob.do("POST", "imports", wire.Import{Upload: id})} {
		if a.StatusCode != 404 {
			t.Errorf("%s of another's upload answers %s", a.Request.Method, a.Status)
		}
	}
	if bob.must("GET", "uploads", nil, &all); len(all) != 0 {
		t.Errorf("another sees %+v", all)
	}
	nobody := &visitor{r: r, t: t}
	if a := nobody.add(id, 100, csv[100:]); a.StatusCode != 401 {
		t.Errorf("nobody is answered %s", a.Status)
	}
	lured := r.browser("eve") // by another site
	req := lured.request("POST", UploadPath, nil)
	req.Header.Set("Origin", "https://evil.example")
	if a := send(t, req); a.StatusCode != 403 {
		t.Errorf("a request of another site is answered %s", a.Status)
	}

	// What does not fit is refused in words, and changes nothing.
	for name, tc := range map[string]struct {
		a      *reply
		status int
		says   string
	}{
		"not whole":       {ada.do("POST", "imports", wire.Import{Upload: id}), 409, fmt.Sprintf("100 of %d bytes", len(csv))},
		"another offset":  {ada.add(id, 99, csv[99:]), 409, "not where this piece begins"},
		"too much":        {ada.add(id, 100, append(csv[100:len(csv):len(csv)], "3,z\n"...)), 413, "more than the file was said to be"},
		"over the limit":  {ada.piece("POST", UploadPath, nil, "Upload-Length", "2000000"), 413, "limit of 1 MB"},
		"no length":       {ada.piece("POST", UploadPath, nil), 400, "tus protocol"},
		"another version": {ada.piece("POST", UploadPath, nil, "Upload-Length", "1", "Tus-Resumable", "0.2"), 412, "tus protocol"},
		"no upload":       {ada.add("AAAAAAAAAAAAAAAAAAAAAAAAAA", 0, csv), 404, "no such upload"},
		"no id":           {ada.add("x.info", 0, csv), 404, "no such upload"},
		"neither":         {ada.do("POST", "imports", wire.Import{}), 400, "one of them"},
		"an address":      {ada.do("POST", "imports", wire.Import{URL: "http://example.org"}), 403, "--url-import"},
	} {
		if p := tc.a.problem(t); tc.a.StatusCode != tc.status || p.Status != tc.status || !strings.Contains(p.Detail, tc.says) {
			t.Errorf("%s: %s %q, want %d %q", name, tc.a.Status, p.Detail, tc.status, tc.says)
		}
	}
	if a := ada.add(id, 100, csv[100:]); a.StatusCode != 204 {
		t.Fatalf("PATCH answers %s %s", a.Status, a.body)
	}

	// Several ask at once, as one that did not hear the answer: there is one dataset.
	answers := make([]wire.Dataset, 4)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() {
			a := ada.do("POST", "imports", wire.Import{Upload: id})
			if err := json.Unmarshal(a.body, &answers[i]); err != nil || a.StatusCode != 201 {
				t.Errorf("import answers %s %s", a.Status, a.body)
			}
		})
	}
	wait.Wait()
	for _, d := range answers {
		if d.ID != answers[0].ID || d.Hash != whole.Hash || d.Name != "table" || d.Bytes != int64(len(csv)) {
			t.Errorf("dataset = %+v, want that of %s", d, whole.Hash)
		}
	}
	if ada.must("GET", "uploads", nil, &all); len(all) != 0 {
		t.Errorf("uploads stay: %+v", all)
	}
}

// TestPiecesEnd: an upload that is stopped or no table leaves nothing.
func TestPiecesEnd(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	id := v.begin("a.csv", 10)
	if a := v.piece("DELETE", UploadPath+"/"+id, nil); a.StatusCode != 204 {
		t.Errorf("DELETE answers %s %s", a.Status, a.body)
	}
	id = v.begin("a.csv", 3)
	v.add(id, 0, []byte("a,b"))
	if a := v.do("POST", "imports", wire.Import{Upload: id}); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, "no rows") {
		t.Errorf("no table: %s %s", a.Status, a.body)
	}
	if a := v.do("POST", "imports", wire.Import{Upload: id}); a.StatusCode != 404 {
		t.Errorf("again: %s", a.Status)
	}
	var left []string
	err := filepath.WalkDir(filepath.Join(r.dir, "upload"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, path)
		}
		return err
	})
	if err != nil || len(left) > 0 {
		t.Errorf("%q stay (%v)", left, err)
	}
	v.nothing("refused pieces")
	for range 16 {
		v.begin("many.csv", 1)
	}
	a := v.piece("POST", UploadPath, nil, "Upload-Length", "1")
	if p := a.problem(t); a.StatusCode != 429 || !strings.Contains(p.Detail, "16 unfinished uploads") {
		t.Errorf("one too many: %s %s", a.Status, a.body)
	}
}

// TestImportURL fetches a table, where that is allowed.
func TestImportURL(t *testing.T) {
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big.csv" {
			_, _ = io.Copy(w, io.MultiReader(strings.NewReader("a\n"), io.LimitReader(endless('1'), 2<<20)))
			return
		}
		fmt.Fprint(w, "a,b\n1,x\n")
	}))
	defer far.Close()
	at := netip.MustParseAddrPort(far.Listener.Addr().String())
	r := newRig(t, rigOptions{idle: true, limit: 1 << 20, options: func(o *Options) {
		o.Remote = remote.New(remote.Options{Allow: func(a netip.AddrPort) bool { return a == at }})
	}})
	v := r.program("ada")
	var can wire.Imports
	if v.must("GET", "imports", nil, &can); !can.URL || can.Limit != 1<<20 {
		t.Errorf("imports = %+v", can)
	}
	if a := v.do("POST", "imports", wire.Import{URL: far.URL + "/big.csv"}); a.StatusCode != 413 {
		t.Errorf("a large file: %s %s", a.Status, a.body)
	}
	if a := v.do("POST", "imports", wire.Import{URL: r.url + "/healthz"}); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, "not on the public internet") {
		t.Errorf("this server: %s %s", a.Status, a.body)
	}
	v.nothing("refused addresses")
	var d wire.Dataset
	v.must("POST", "imports", wire.Import{URL: far.URL + "/dir/table.csv?key=secret"}, &d)
	if d.Name != "table" || d.Rows != 1 || d.Source != far.URL+"/dir/table.csv" {
		t.Errorf("dataset = %+v", d)
	}
}

// TestDownload gets a version in each format.
func TestDownload(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	d := v.iris()
	begins := map[format.Format]string{format.CSV: "sepal", format.Parquet: "PAR1", format.Arrow: "ARROW1", format.NDJSON: `{"sepal`}
	for _, f := range format.Writable {
		kind, end := f.ContentType()
		a := v.do("GET", "datasets/"+d.ID+"/download?format="+string(f), nil)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != kind || !strings.Contains(a.Header.Get("Content-Disposition"), "iris"+end) || !bytes.HasPrefix(a.body, []byte(begins[f])) {
			t.Errorf("%s: %s, %q, %q, %.20q", f, a.Status, a.Header.Get("Content-Type"), a.Header.Get("Content-Disposition"), a.body)
		}
		var again wire.Dataset
		if v.must("POST", "datasets?name=again", a.body, &again); again.Hash != d.Hash {
			t.Errorf("%s: hash %s, want %s", f, again.Hash, d.Hash)
		}
	}
	if a := v.do("GET", "datasets/"+d.ID+"/download?format=xml", nil); a.StatusCode != 400 {
		t.Errorf("xml: %s", a.Status)
	}
}
