// Package httpd is the server's face: REST under /api/v1 with its OpenAPI
// document, the WebSocket, and the pages with their files.
package httpd

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/server/obs"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/server/upload"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Accounts is what httpd asks of auth.Service.
type Accounts interface {
	Register(ctx context.Context, name, email, password, addr string) (secret string, id auth.Identity, err error)
	Login(ctx context.Context, name, password, addr string) (secret string, id auth.Identity, err error)
	// Authenticate gives the identity behind a secret; an unknown or expired one is fault.NoLogin.
	Authenticate(ctx context.Context, secret string) (auth.Identity, error)
	Logout(ctx context.Context, id auth.Identity) error
	LogoutAll(ctx context.Context, id auth.Identity) error
	ChangePassword(ctx context.Context, id auth.Identity, old, password string) error
	NewToken(ctx context.Context, id auth.Identity, name string, days int) (secret string, t auth.Token, err error)
	Tokens(ctx context.Context, id auth.Identity) ([]auth.Token, error)
	Revoke(ctx context.Context, id auth.Identity, token string) error
}

// Datasets is what httpd asks of dataset.Service. Version 0 means the newest;
// another owner's id is fault.NotFound.
type Datasets interface {
	// Ingest streams r into a new dataset; on error nothing stays.
	Ingest(ctx context.Context, owner, name, source string, r io.Reader) (wire.Dataset, error)
	// IngestFile makes a dataset of a file on the same disk, which it leaves as it is.
	IngestFile(ctx context.Context, owner, name, source, path string) (wire.Dataset, error)
	// Put keeps computed rows as a new dataset or as the next version of one.
	Put(ctx context.Context, owner string, into dataset.PutInto, rows dataset.Rows) (wire.Dataset, error)
	// IngestSample makes a dataset of a table that comes with the program.
	IngestSample(ctx context.Context, owner, name string, files fs.FS) (wire.Dataset, error)
	List(ctx context.Context, owner string) ([]wire.Dataset, error)
	Get(ctx context.Context, owner, id string, version int) (wire.Dataset, error)
	Versions(ctx context.Context, owner, id string, limit int) ([]wire.Dataset, error)
	Delete(ctx context.Context, owner, id string) error
	Patch(ctx context.Context, owner, id string, p wire.DatasetPatch) (wire.Dataset, error)
	Rows(ctx context.Context, owner, id string, version int, q dataset.RowQuery) (wire.Rows, error)
	AddRow(ctx context.Context, owner, id string, w wire.RowWrite) (wire.Dataset, wire.Row, error)
	EditRow(ctx context.Context, owner, id string, row int64, w wire.RowWrite) (wire.Dataset, wire.Row, error)
	DeleteRow(ctx context.Context, owner, id string, row int64) (wire.Dataset, error)
	// Edit changes rows, all at once or none; a fault.Conflict has a *wire.Conflict as its Data.
	Edit(ctx context.Context, owner, id string, e wire.RowEdits) (wire.RowsChange, error)
	Undo(ctx context.Context, owner, id string) (wire.RowsChange, error)
	Redo(ctx context.Context, owner, id string) (wire.RowsChange, error)
	Restore(ctx context.Context, owner, id string, version int) (wire.Dataset, error)
	History(ctx context.Context, owner, id string, before, limit int) (wire.History, error)
	Diff(ctx context.Context, owner, id string, from, to int, offset int64, limit int) (wire.Diff, error)
	// AddColumns makes a version with columns that are computed, and gives their names in it.
	AddColumns(ctx context.Context, owner, id string, c dataset.Columns) (wire.Dataset, []string, error)
	Groups(ctx context.Context, owner, id string, version int, by string) (wire.Groups, error)
	// ExportCSV writes a version with the columns names added; extra gives a row's values of them.
	ExportCSV(ctx context.Context, owner, id string, version int, w io.Writer, names []string, extra func(row int64) []string) error
	// Export writes a version in a format that format.NewWriter knows.
	Export(ctx context.Context, owner, id string, version int, f format.Format, w io.Writer) error
	// Open gives a version's rows; the caller closes them.
	Open(ctx context.Context, owner, id string, version int) (Table, error)
}

// Table is one version of a dataset, open for reading.
type Table interface {
	table.Source
	Close() error
}

// Models is what httpd asks of registry.Registry. Another owner's id is fault.NotFound.
type Models interface {
	List(ctx context.Context, owner string) ([]wire.ModelInfo, error)
	Get(ctx context.Context, owner, id string) (*model.Model, error)
	Put(ctx context.Context, owner string, m *model.Model) (id string, err error)
	Rename(ctx context.Context, owner, id, name string) error
	Delete(ctx context.Context, owner, id string) error
	Labels(ctx context.Context, owner, id string) (*registry.Labels, error)
}

// Trainings is what httpd asks of train.Service. Another owner's job is fault.NotFound.
type Trainings interface {
	Trainer
	List(ctx context.Context, owner string) ([]wire.Job, error)
	Events(ctx context.Context, owner, job string, after int64, limit int) ([]wire.Event, error)
}

// Uploads is what httpd asks of upload.Store. Another owner's id is fault.NotFound.
type Uploads interface {
	// Serve answers a request of the tus protocol.
	Serve(w http.ResponseWriter, r *http.Request, owner string, refuse func(status int, err error))
	List(ctx context.Context, owner string) ([]wire.Upload, error)
	Take(ctx context.Context, owner, id string) (*upload.Whole, error)
}

// Remote is what httpd asks of remote.Fetcher.
type Remote interface {
	// Open fetches a file; the caller closes body.
	Open(ctx context.Context, address string) (body io.ReadCloser, name string, err error)
}

// Options is what a Server works with. The first six must be set.
type Options struct {
	Accounts  Accounts
	Datasets  Datasets
	Stats     Stats
	Models    Models
	Trainings Trainings
	Frames    Frames
	Hub       Subscriber

	Uploads Uploads          // that come in pieces; nil means that there are none
	Remote  Remote           // fetches files by their address; nil means that nobody may
	Pages   http.Handler     // go-app's handler; nil means that there are no pages
	Styles  []string         // of pages that are not go-app's
	Dist    fs.FS            // served under /web/; nil means nothing
	Samples fs.FS            // the tables that dataset.Samples names
	Health  http.HandlerFunc // answers /readyz; nil means that it is as /healthz

	UploadLimit int64         // bytes; 0 means no limit here
	Stall       time.Duration // how long an upload or a download may stand still; 0 means 30 s
	Secure      bool          // browsers come by HTTPS through a proxy: mark cookies so
	Proxies     int           // in front of the server: who asks stands so many from the end of X-Forwarded-For
	Version     string        // of the program, for the OpenAPI document
	Now         func() time.Time
	Logger      *slog.Logger
}

// Server is the handler of all requests.
type Server struct {
	o       Options
	handler http.Handler
	api     huma.API
	socket  *Socket
	assets  *assets
	openapi *asset // the document; made when all routes are there
}

// New makes the server's handler. The caller calls Close before it closes the hub.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Stall <= 0 {
		o.Stall = 30 * time.Second
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	s := &Server{o: o}
	var err error
	if s.assets, err = loadAssets(o.Dist); err != nil {
		return nil, err
	}
	s.socket = NewSocket(SocketOptions{
		Trainer: o.Trainings, Hub: o.Hub, Identify: s.visitor, Refuse: s.refuse, Now: o.Now, Logger: o.Logger,
	})
	s.handler, err = s.routes()
	return s, err
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close tells the sockets to come back later and waits for them, or for ctx.
// Ordinary requests are http.Server's to end.
func (s *Server) Close(ctx context.Context) error { return s.socket.Close(ctx) }

// AssetVersion changes when, and only when, a file of Dist does. It is the version of the app in browsers.
func AssetVersion(dist fs.FS) (string, error) {
	a, err := loadAssets(dist)
	if err != nil {
		return "", err
	}
	return a.version, nil
}

// setHuma gives huma our own problems and lists. It keeps both for the process.
var setHuma = sync.OnceFunc(func() {
	huma.NewError = fromHuma
	huma.DefaultArrayNullable = false // lists are written as [], see orEmpty
})

func (s *Server) routes() (http.Handler, error) {
	setHuma()
	rest := newPatterns()
	s.api = humago.New(rest, s.apiConfig())
	s.authRoutes()
	s.tokenRoutes()
	s.sampleRoutes()
	s.datasetRoutes()
	s.downloadRoute()
	s.statsRoutes()
	s.uploadRoute()
	s.importRoutes()
	s.rowRoutes()
	s.versionRoutes()
	s.frameRoutes()
	s.clusterRoutes()
	s.jobRoutes()
	s.modelRoutes()
	s.exportRoutes()
	if err := s.describe(); err != nil {
		return nil, err
	}
	asyncapi, err := AsyncAPI(s.o.Version)
	if err != nil {
		return nil, err
	}
	docs, err := s.docs()
	if err != nil {
		return nil, err
	}
	missing, err := s.notFoundPage()
	if err != nil {
		return nil, err
	}

	mux := http.NewServeMux()
	mux.Handle("GET "+wire.API+"/ws", s.socket)
	if s.o.Uploads != nil {
		mux.HandleFunc("POST "+UploadPath, s.tus)
		mux.HandleFunc("OPTIONS "+UploadPath, s.tus)
		for _, method := range []string{"HEAD", "PATCH", "DELETE", "OPTIONS"} {
			mux.HandleFunc(method+" "+UploadPath+"/{id}", s.tus)
		}
	}
	mux.Handle(wire.API+"/", s.apiHandler(rest))
	mux.Handle("/api/", http.HandlerFunc(s.noRoute))
	mux.Handle("GET /api/openapi.json", s.openapi)
	mux.Handle("GET /api/asyncapi.json", newAsset("application/json", asyncapi))
	mux.Handle("GET /api/docs", page(docs))
	mux.Handle("GET /web/", s.assets)
	mux.Handle("GET /wasm_exec.js", s.assets.at("/web/wasm_exec.js"))
	mux.Handle("GET /manifest.webmanifest", s.assets.at("/web/manifest.webmanifest"))
	mux.Handle("GET /robots.txt", newAsset("text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /api/\n")))
	ready := s.o.Health
	if ready == nil {
		ready = obs.Live
	}
	mux.HandleFunc("GET /healthz", obs.Live)
	mux.HandleFunc("GET /readyz", ready)
	mux.Handle("/", &pages{app: s.o.Pages, missing: page(missing), made: map[string]*asset{}})
	return s.outer(mux), nil
}

// patterns is a mux for REST. Those of samples come first: net/http's mux
// refuses "datasets/sample/{name}" beside "datasets/{id}/rows", since it can't
// know that no id is "sample".
type patterns struct{ first, rest *http.ServeMux }

func newPatterns() *patterns { return &patterns{http.NewServeMux(), http.NewServeMux()} }

const samplePath = wire.API + "/datasets/sample/"

func (p *patterns) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	if strings.Contains(pattern, " "+samplePath) {
		p.first.HandleFunc(pattern, h)
		return
	}
	p.rest.HandleFunc(pattern, h)
}

func (p *patterns) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.of(r).ServeHTTP(w, r) }

func (p *patterns) of(r *http.Request) *http.ServeMux {
	if strings.HasPrefix(r.URL.Path, samplePath) {
		return p.first
	}
	return p.rest
}
