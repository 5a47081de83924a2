package httpd

import (
	"context"
	"net/http"
	"path"
	"strings"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/upload"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// UploadPath is where files are sent in pieces.
const UploadPath = wire.API + "/uploads"

func (s *Server) importRoutes() {
	handle(s, op{route: "GET imports", tag: "datasets", summary: "What can be imported"},
		func(context.Context, auth.Identity, *none) (*body[wire.Imports], error) {
			return &body[wire.Imports]{wire.Imports{URL: s.o.Remote != nil, Limit: s.o.UploadLimit}}, nil
		})
	type importInput struct{ Body wire.Import }
	handle(s, op{route: "POST imports", tag: "datasets", summary: "Make a dataset of an upload that is whole, or of a file on the public internet", status: http.StatusCreated},
		func(ctx context.Context, who auth.Identity, in *importInput) (*body[wire.Dataset], error) {
			var d wire.Dataset
			var err error
			switch in := in.Body; {
			case (in.Upload == "") == (in.URL == ""):
				err = fault.Newf(fault.Invalid, "Name an upload, or an address: one of them.")
			case in.Upload != "":
				d, err = s.importUpload(ctx, who, in)
			default:
				d, err = s.importURL(ctx, who, in)
			}
			return &body[wire.Dataset]{d}, err
		})
	handle(s, op{route: "GET uploads", tag: "datasets", summary: "Uploads that are no datasets yet; one that stands still for a day is removed"},
		func(ctx context.Context, who auth.Identity, _ *none) (*body[[]wire.Upload], error) {
			if s.o.Uploads == nil {
				return &body[[]wire.Upload]{[]wire.Upload{}}, nil
			}
			all, err := s.o.Uploads.List(ctx, who.User)
			return &body[[]wire.Upload]{orEmpty(all)}, err
		})
}

// tus answers a request of the tus protocol.
func (s *Server) tus(w http.ResponseWriter, r *http.Request) {
	if err := checkOrigin(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	who, err := s.identify(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.o.Uploads.Serve(w, r, who.User, func(status int, err error) {
		p := s.problem(r.Context(), err)
		p.Status, p.Title = status, http.StatusText(status)
		writeProblem(w, p)
	})
}

// importUpload makes a dataset of an upload. What is wrong with the file ends the
// upload; a broken connection or a full disk does not. A client that did not hear
// the answer asks again and gets the same dataset.
func (s *Server) importUpload(ctx context.Context, who auth.Identity, in wire.Import) (d wire.Dataset, err error) {
	if s.o.Uploads == nil {
		return d, fault.Newf(fault.NotFound, "There are no uploads here.")
	}
	whole, err := s.o.Uploads.Take(ctx, who.User, in.Upload)
	if err != nil {
		return d, err
	}
	if whole.Dataset != "" {
		whole.Release()
		return s.o.Datasets.Get(ctx, who.User, whole.Dataset, 0)
	}
	d, err = s.o.Datasets.IngestFile(ctx, who.User, nameOr(in.Name, whole.Name), "", whole.Path)
	return d, s.settle(whole, d, err)
}

// settle ends an upload after an attempt to make a dataset of it.
func (s *Server) settle(whole *upload.Whole, d wire.Dataset, err error) error {
	switch fault.CodeOf(err) {
	case "":
		return whole.Done(d.ID)
	case fault.Invalid, fault.TooLarge:
		if e := whole.Drop(); e != nil {
			s.o.Logger.Error("a refused upload can't be removed", "err", e) // it is swept later
		}
	default:
		whole.Release()
	}
	return err
}

// importURL makes a dataset of a file on the internet.
func (s *Server) importURL(ctx context.Context, who auth.Identity, in wire.Import) (d wire.Dataset, err error) {
	if s.o.Remote == nil {
		return d, fault.Newf(fault.Denied, "This server does not fetch files. Download the file and upload it, or ask whoever runs the server for --url-import.")
	}
	file, name, err := s.o.Remote.Open(ctx, in.URL)
	if err != nil {
		return d, err
	}
	defer file.Close()
	source, _, _ := strings.Cut(in.URL, "?") // what follows may be a key
	return s.o.Datasets.Ingest(ctx, who.User, nameOr(in.Name, name), source, file)
}

// nameOr gives name, or a file's name without its end, cut to what a dataset may have.
func nameOr(name, file string) string {
	if name != "" {
		return name
	}
	for _, packed := range []string{".gz", ".zst", ".zip"} {
		file = strings.TrimSuffix(file, packed)
	}
	file = strings.TrimSuffix(path.Base(file), path.Ext(file))
	return strings.ToValidUTF8(file[:min(len(file), 200)], "")
}
