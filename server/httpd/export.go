package httpd

import (
	"archive/zip"
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// maxModelFile is how large a model's file may be to be taken: it is held in
// memory, and so is what it says.
const maxModelFile = 64 << 20

func (s *Server) exportRoutes() {
	type exportInput struct {
		ID     string `path:"id"`
		Format string `query:"format" required:"true" doc:"mjs, js, onnx, pmml, sklearn, go, sql or json"`
		File   string `query:"file" doc:"one file of the export, by name; absent means the only one, or all as a zip"`
	}
	handle(s, op{route: "GET models/{id}/export", tag: "models", summary: "A model in the form of another program", gives: exportKinds()},
		func(ctx context.Context, who auth.Identity, in *exportInput) (*stream, error) {
			f, err := export.Find(in.Format)
			if err != nil {
				return nil, err
			}
			m, err := s.o.Models.Get(ctx, who.User, in.ID)
			if err != nil {
				return nil, err
			}
			files, err := f.Write(m)
			if err != nil {
				return nil, err
			}
			return s.exported(m.Name, files, in.File)
		})

	type modelInput struct {
		request
		Name string `query:"name" maxLength:"200" doc:"of the model; absent means the one that the file says"`
	}
	handle(s, op{route: "POST models", tag: "models", summary: "Take a model's file: Centroid's own, a ClusteringModel in PMML, or what dump_kmeans.py writes of a scikit-learn model", status: http.StatusCreated,
		takes: map[string]*huma.Schema{"application/json": binarySchema, "application/xml": binarySchema, "application/octet-stream": binarySchema}},
		func(ctx context.Context, who auth.Identity, in *modelInput) (*body[wire.ModelInfo], error) {
			info, err := s.takeModel(ctx, who, in.r, in.w, in.Name)
			return &body[wire.ModelInfo]{info}, err
		})
}

// exported sends one file of an export, or all as a zip.
func (s *Server) exported(name string, files []export.File, only string) (*stream, error) {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
		if f.Name == only || only == "" && len(files) == 1 {
			return s.download(f.Name, f.MIME, func(_ context.Context, w io.Writer) error { _, err := w.Write(f.Body); return err }), nil
		}
	}
	if only != "" {
		return nil, fault.Fieldf("file", "The export has no file %q. Choose from %s.", only, strings.Join(names, ", "))
	}
	return s.download(name+".zip", "application/zip", func(_ context.Context, w io.Writer) error {
		z := zip.NewWriter(w)
		for _, f := range files {
			part, err := z.Create(f.Name)
			if err == nil {
				_, err = part.Write(f.Body)
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	}), nil
}

// exportKinds is the content types of exports, for op.gives.
func exportKinds() string {
	return "application/zip,application/octet-stream,application/xml,application/json,application/schema+json,application/sql,application/wasm,text/javascript,text/x-python,text/x-go,text/plain"
}

// takeModel keeps a model from a file. It came from elsewhere: it is no model of
// a dataset here, whatever the file says.
func (s *Server) takeModel(ctx context.Context, who auth.Identity, r *http.Request, w http.ResponseWriter, name string) (info wire.ModelInfo, err error) {
	in := &incoming{body: r.Body, control: http.NewResponseController(w), stall: s.o.Stall}
	defer func() {
		if err != nil && !in.ended {
			in.drain(w)
		}
	}()
	file, err := io.ReadAll(io.LimitReader(in, maxModelFile+1))
	if err != nil {
		return info, &fault.Error{Code: fault.Canceled, Op: "httpd.takeModel", Err: err, Msg: "The file did not come whole. Nothing was kept: try again."}
	}
	if len(file) > maxModelFile {
		return info, fault.Newf(fault.TooLarge, "The model's file has more than the %d MB that are taken.", maxModelFile>>20)
	}
	m, err := export.Import(file)
	if err != nil {
		return info, err
	}
	m.Name = cmp.Or(name, m.Name, "Imported model")
	m.Data.Dataset, m.Data.Version = "", 0
	if m.Created.IsZero() {
		m.Created = s.o.Now().UTC().Truncate(time.Millisecond)
	}
	if _, err := s.o.Models.Put(ctx, who.User, m); err != nil {
		return info, err
	}
	return registry.Info(m), nil
}
