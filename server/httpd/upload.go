package httpd

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

func (s *Server) uploadRoute() {
	type uploadInput struct {
		request
		Name string `query:"name" maxLength:"200" doc:"of the dataset; absent means the name of the file"`
	}
	handle(s, op{route: "POST datasets", tag: "datasets", summary: "Upload a table as a dataset: CSV, Parquet, Arrow, JSON, NDJSON or .npy, packed or not. What it is, its content says", status: http.StatusCreated, takes: map[string]*huma.Schema{
		"text/csv": binarySchema, "application/octet-stream": binarySchema,
		"multipart/form-data": {Type: "object", Properties: map[string]*huma.Schema{
			"name": {Type: "string", Description: "of the dataset; comes before the file"},
			"file": binarySchema,
		}, Required: []string{"file"}},
	}}, func(ctx context.Context, who auth.Identity, in *uploadInput) (*body[wire.Dataset], error) {
		d, err := s.upload(ctx, who, in.r, in.w, in.Name)
		return &body[wire.Dataset]{d}, err
	})
}

// upload streams a request's file into a dataset. Its memory does not depend
// on the size of the file.
func (s *Server) upload(ctx context.Context, who auth.Identity, r *http.Request, w http.ResponseWriter, name string) (d wire.Dataset, err error) {
	in := &incoming{body: r.Body, control: http.NewResponseController(w), stall: s.o.Stall}
	defer func() {
		if err != nil && !in.ended {
			in.drain(w)
		}
	}()
	if limit := s.o.UploadLimit; limit > 0 && r.ContentLength > limit+formOverhead {
		return d, fault.Newf(fault.TooLarge, "The file has %d MB, more than the limit of %d MB. Split it, or ask whoever runs this server to raise --upload-limit.", r.ContentLength/1e6, limit/1e6)
	}
	file, given, err := fileOf(r.Header.Get("Content-Type"), in)
	if err != nil {
		return d, err
	}
	if name == "" {
		name = given
	}
	return s.o.Datasets.Ingest(ctx, who.User, name, "", file)
}

// formOverhead is what a form may have besides its file.
const formOverhead = 1 << 20

// kinds is the content types of a table, besides text/*. Browsers and systems
// differ in what they call a file; what it is, its content says.
var kinds = map[string]bool{"": true, "application/csv": true, "application/vnd.ms-excel": true, "application/octet-stream": true,
	"application/json": true, "application/x-ndjson": true, "application/jsonl": true, "application/vnd.apache.parquet": true, "application/parquet": true,
	"application/vnd.apache.arrow.file": true, "application/vnd.apache.arrow.stream": true, "application/x-npy": true,
	"application/gzip": true, "application/x-gzip": true, "application/zstd": true, "application/zip": true, "application/x-zip-compressed": true}

// fileOf finds the file in a body: it is all of it, or a part of a form. name
// is empty if the body does not tell it.
func fileOf(contentType string, body io.Reader) (file io.Reader, name string, err error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		kind = "unknown"
	}
	switch {
	case kinds[kind] || strings.HasPrefix(kind, "text/"):
		return body, "", nil
	case kind == "multipart/form-data" && params["boundary"] != "":
		return partOf(multipart.NewReader(body, params["boundary"]))
	}
	p := &problem{Problem: newProblem(fault.Invalid, `Send the table with the header "Content-Type: text/csv", or as a file of a form (multipart/form-data).`)}
	p.Status, p.Title = http.StatusUnsupportedMediaType, http.StatusText(http.StatusUnsupportedMediaType)
	return nil, "", p
}

// partOf finds the file in a form, and the field "name" if it comes before.
func partOf(form *multipart.Reader) (io.Reader, string, error) {
	name := ""
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return nil, "", fault.Fieldf("file", "The form has no file. Choose one, and send it in the field \"file\".")
		}
		if err != nil {
			return nil, "", broken(err)
		}
		if part.FileName() != "" || part.FormName() == "file" {
			if name == "" {
				name = strings.TrimSuffix(part.FileName(), path.Ext(part.FileName()))
			}
			return part, name, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, 1<<10))
		if err != nil {
			return nil, "", broken(err)
		}
		if part.FormName() == "name" {
			name = string(value)
		}
	}
}

func broken(err error) error {
	return &fault.Error{Code: fault.Canceled, Op: "httpd.upload", Err: err, Msg: "The upload broke off, or is no form. Nothing was kept: try again."}
}

// incoming is a body that may take as long as it moves.
type incoming struct {
	body    io.Reader
	control *http.ResponseController
	stall   time.Duration
	ended   bool // with or without an error: nothing more can be read
}

func (in *incoming) Read(p []byte) (int, error) {
	if err := in.deadline(time.Now().Add(in.stall)); err != nil {
		return 0, err
	}
	n, err := in.body.Read(p)
	in.ended = in.ended || err != nil
	if err == io.EOF {
		// Else the server would take the deadline for the client's end while the table is read.
		if e := in.deadline(time.Time{}); e != nil {
			err = e
		}
	}
	return n, err
}

func (in *incoming) deadline(t time.Time) error {
	if err := in.control.SetReadDeadline(t); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// drain reads what is still on its way: a browser does not look at the answer
// before all is sent, and a connection that is closed on it loses the answer.
func (in *incoming) drain(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	if in.deadline(time.Now().Add(drainAtMost)) == nil {
		_, _ = io.Copy(io.Discard, in.body) // ends with an error: the deadline or the client's end
	}
}

const drainAtMost = 10 * time.Second
