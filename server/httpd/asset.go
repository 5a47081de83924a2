package httpd

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
)

// wasmLength tells the browser how long app.wasm is once it is unpacked; the
// bar of the first visit divides by it.
const wasmLength = "X-Wasm-Length"

// asset is a file in memory, as it is and compressed. It is a handler.
type asset struct {
	kind   string // content type
	etag   string // without its quotes; that of a compressed one has an ending more
	cache  string
	plain  []byte
	packed map[string][]byte // by content coding; those that are smaller
	header map[string]string // more headers; may be nil
}

// codings is the content codings, the best first.
var codings = []struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}}

// newAsset makes an asset that may change under its name, and compresses it.
func newAsset(kind string, plain []byte) *asset {
	a := &asset{kind: kind, etag: digest(plain), cache: "no-cache", plain: plain, packed: map[string][]byte{}}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(plain)
	}
	if err = errors.Join(err, z.Close()); err == nil && b.Len() < len(plain) { // a buffer takes everything
		a.packed["gzip"] = b.Bytes()
	}
	return a
}

// page is a page of HTML as a handler.
func page(html []byte) *asset { return newAsset("text/html; charset=utf-8", html) }

// digest is a strong ETag.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// ServeHTTP sends the file, or says that the browser has it already.
func (a *asset) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.send(w, r, http.StatusOK) }

func (a *asset) send(w http.ResponseWriter, r *http.Request, status int) {
	body, etag, h := a.plain, a.etag, w.Header()
	for _, c := range codings {
		if packed := a.packed[c.name]; packed != nil && accepts(r, c.name) {
			body, etag = packed, a.etag+"-"+c.name
			h.Set("Content-Encoding", c.name)
			break
		}
	}
	for name, value := range a.header {
		h.Set(name, value)
	}
	if len(a.packed) > 0 {
		h.Add("Vary", "Accept-Encoding")
	}
	h.Set("Cache-Control", a.cache)
	if status == http.StatusOK {
		h.Set("ETag", `"`+etag+`"`)
		if matches(r.Header.Get("If-None-Match"), etag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client has gone, if anything
	}
}

// accepts reports whether the client takes a content coding.
func accepts(r *http.Request, coding string) bool {
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		_, q, found := strings.Cut(weight, "q=")
		v, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !found || err == nil && v > 0
	}
	return false
}

// matches reports whether If-None-Match names the ETag.
func matches(header, etag string) bool {
	for _, part := range strings.Split(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == "*" || part == `"`+etag+`"` {
			return true
		}
	}
	return false
}

// assets is all files below /web/.
type assets struct {
	files   map[string]*asset // by path
	version string
}

// hashed is a name that tells the content: app.3f2a9c1b.wasm.
var hashed = regexp.MustCompile(`[.-][0-9a-f]{8,64}\.[a-z0-9]+$`)

// loadAssets reads all files of dist, which may be nil. NAME.br and NAME.gz are NAME compressed.
func loadAssets(dist fs.FS) (*assets, error) {
	out := &assets{files: map[string]*asset{}}
	raw := map[string][]byte{}
	if dist != nil {
		err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				return err
			}
			raw[name], err = fs.ReadFile(dist, name)
			return err
		})
		if err != nil {
			return nil, fault.Wrap("httpd.loadAssets", err)
		}
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if base, ok := packedOf(name); ok && raw[base] != nil {
			continue // it says the same
		}
		a := &asset{kind: kindOf(name), etag: digest(raw[name]), cache: "no-cache", plain: raw[name], packed: map[string][]byte{}}
		for _, c := range codings {
			if b := raw[name+c.ext]; b != nil {
				a.packed[c.name] = b
			}
		}
		if hashed.MatchString(name) {
			a.cache = "public, max-age=31536000, immutable"
		}
		if path.Ext(name) == ".wasm" {
			a.header = map[string]string{wasmLength: strconv.Itoa(len(a.plain))}
		}
		out.files["/web/"+name] = a
		_, _ = io.WriteString(sum, name+" "+a.etag+"\n") // a hash takes everything
	}
	out.version = hex.EncodeToString(sum.Sum(nil)[:12])
	return out, nil
}

// packedOf gives the name of the file that name is compressed of.
func packedOf(name string) (string, bool) {
	for _, c := range codings {
		if base, ok := strings.CutSuffix(name, c.ext); ok {
			return base, true
		}
	}
	return "", false
}

// kindOf gives the content type, the same on every machine.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".wasm":
		return "application/wasm"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// ServeHTTP sends the file that the path names.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.at(r.URL.Path).ServeHTTP(w, r) }

// at is the handler of one file; one that is not there is not found.
func (a *assets) at(path string) http.Handler {
	if f := a.files[path]; f != nil {
		return f
	}
	return http.NotFoundHandler()
}
