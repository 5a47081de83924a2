package dataset

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Config is what a Service works with. Dir and Meta must be set.
type Config struct {
	Dir         string           // where the files are
	Meta        Meta             // what is known of them
	UploadLimit int64            // bytes of one file; 0 means 4 GB
	Guest       bool             // another process owns Dir and may be in the middle of an upload: remove nothing
	PatchLimit  int              // changes of rows that are merged on reading before they are written into a file; 0 means 500
	SortLimit   int64            // bytes of texts that are sorted in memory, more are on disk; 0 means 1 GiB
	Logger      *slog.Logger     // nil means slog.Default()
	Now         func() time.Time // nil means time.Now
}

// Service is all datasets.
type Service struct {
	c         Config
	db        *tables
	orders    orders
	footers   footers
	ordering  chan struct{} // holds a token while an order is found
	compactor compactor
}

const partial = ".partial" // ends the name of what is being made

// Open opens the datasets in c.Dir and removes what a crash left half made,
// unless it is a guest there. The caller closes the service.
func Open(ctx context.Context, c Config) (*Service, error) {
	const op = "dataset.Open"
	if c.UploadLimit == 0 {
		c.UploadLimit = 4e9
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.PatchLimit == 0 {
		c.PatchLimit = patchLimit
	}
	if c.SortLimit == 0 {
		c.SortLimit = 1 << 30
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fault.Wrap(op, err)
	}
	s := &Service{c: c, ordering: make(chan struct{}, 1)}
	if !c.Guest {
		if err := s.sweep(ctx); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	var err error
	if s.db, err = openTables(c.Dir); err != nil {
		return nil, fault.Wrap(op, err)
	}
	if !c.Guest {
		s.startCompactor()
	}
	return s, nil
}

// sweep removes folders that no dataset owns, and files in those of datasets.
func (s *Service) sweep(ctx context.Context) error {
	all, err := os.ReadDir(s.c.Dir)
	if err != nil {
		return err
	}
	for _, e := range all {
		has := false
		if !strings.HasSuffix(e.Name(), partial) {
			if has, err = s.c.Meta.HasDataset(ctx, e.Name()); err != nil {
				return err
			}
		}
		if has {
			if err := s.sweepFiles(ctx, e.Name()); err != nil {
				return err
			}
		} else {
			if err := os.RemoveAll(filepath.Join(s.c.Dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close ends the service, and what it does by itself.
func (s *Service) Close() error {
	s.compactor.close()
	return s.db.close()
}

// file gives the path of a file of a dataset. That of the upload is base.parquet.
func (s *Service) file(id string, f File) string {
	return filepath.Join(s.c.Dir, id, fileName(f.Version))
}

func fileName(version int) string {
	if version == 1 {
		return "base.parquet"
	}
	return fmt.Sprintf("v%d.parquet", version)
}

// Ingest reads a file of any format that package format knows, and keeps it as a
// new dataset. With an error nothing is kept. Memory does not depend on the size
// of the file.
func (s *Service) Ingest(ctx context.Context, owner, name, source string, r io.Reader) (wire.Dataset, error) {
	return s.ingest(ctx, owner, name, source, func(raw string) (int64, error) { return spool(ctx, raw, r, s.c.UploadLimit) })
}

// IngestFile is Ingest of a file on the disk, which it leaves as it is. It does not
// copy one in the same file system.
func (s *Service) IngestFile(ctx context.Context, owner, name, source, path string) (wire.Dataset, error) {
	return s.ingest(ctx, owner, name, source, func(raw string) (int64, error) {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		if err := os.Link(path, raw); !errors.Is(err, syscall.EXDEV) {
			return info.Size(), err
		}
		f, err := os.Open(path) // on another disk
		if err != nil {
			return 0, err
		}
		defer f.Close()
		return spool(ctx, raw, f, s.c.UploadLimit)
	})
}

// ingest keeps the file that put puts at a path as a new dataset.
func (s *Service) ingest(ctx context.Context, owner, name, source string, put func(raw string) (bytes int64, err error)) (wire.Dataset, error) {
	first := Version{Change: "uploaded", Kind: wire.ChangeUpload}
	return s.create(ctx, "dataset.Ingest", owner, name, source, first, func(work string) (*ingested, int64, error) {
		raw := filepath.Join(work, "upload")
		bytes, err := put(raw)
		if err != nil {
			return nil, 0, err
		}
		in, err := ingest(ctx, raw, filepath.Join(work, fileName(1)), s.c.UploadLimit)
		if err != nil {
			return nil, 0, err
		}
		return in, bytes, os.Remove(raw)
	})
}

// create makes a dataset whose first version has the file that write writes into a folder
// of its own. first tells of the change; write gives the bytes to tell of, too. With an
// error nothing is kept.
func (s *Service) create(ctx context.Context, op, owner, name, source string, first Version, write func(work string) (in *ingested, bytes int64, err error)) (wire.Dataset, error) {
	name, err := nameOf(name)
	if err != nil {
		return wire.Dataset{}, err
	}
	id := rand.Text()
	work := filepath.Join(s.c.Dir, id+partial)
	if err := os.Mkdir(work, 0o700); err != nil {
		return wire.Dataset{}, full(op, err)
	}
	defer os.RemoveAll(work) // renamed if all went well; what stays is swept at the next start
	in, bytes, err := write(work)
	if err != nil {
		return wire.Dataset{}, full(op, err)
	}
	if err := os.Rename(work, filepath.Join(s.c.Dir, id)); err != nil {
		return wire.Dataset{}, full(op, err)
	}
	now := s.c.Now().UTC()
	r := Record{ID: id, Owner: owner, Name: name, Source: source, Bytes: bytes, Created: now, Stored: in.stored, Newest: 1}
	v := first
	v.Number, v.Rows, v.NextID, v.Hash, v.Schema = 1, in.rows, in.rows, in.hash, in.schema
	v.Updated, v.By, v.Epoch, v.File, v.Root = now, owner, 1, File{Version: 1}, 1
	if err := s.c.Meta.AddDataset(ctx, r, v); err != nil {
		return wire.Dataset{}, errors.Join(full(op, err), os.RemoveAll(filepath.Join(s.c.Dir, id)))
	}
	return toWire(r, v), nil
}

// full puts a full disk and a canceled request into words.
func full(op string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG):
		return &fault.Error{Code: fault.Unavailable, Op: op, Err: err, Msg: "The server's disk is full. Nothing was kept. Make room, or ask whoever runs this server."}
	case errors.Is(err, context.Canceled):
		return &fault.Error{Code: fault.Canceled, Op: op, Err: err, Msg: "The upload was broken off. Nothing was kept."}
	}
	return fault.Wrap(op, err)
}

func toWire(r Record, v Version) wire.Dataset {
	return wire.Dataset{ID: r.ID, Name: r.Name, Version: v.Number, Newest: r.Newest, Rows: v.Rows, Bytes: r.Bytes, Hash: v.Hash,
		Created: r.Created, Updated: v.Updated, Change: v.Change, Source: r.Source, Schema: v.Schema}
}

// List gives the owner's datasets, the newest first, each in its newest version.
func (s *Service) List(ctx context.Context, owner string) ([]wire.Dataset, error) {
	rs, vs, err := s.c.Meta.Datasets(ctx, owner)
	if err != nil {
		return nil, fault.Wrap("dataset.List", err)
	}
	out := make([]wire.Dataset, len(rs))
	for i := range rs {
		out[i] = toWire(rs[i], vs[i])
	}
	return out, nil
}

// Get gives a version of a dataset; 0 means the newest.
func (s *Service) Get(ctx context.Context, owner, id string, version int) (wire.Dataset, error) {
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	return toWire(r, v), fault.Wrap("dataset.Get", err)
}

// Versions gives the versions of a dataset, the newest first; at most limit, all if it is 0.
func (s *Service) Versions(ctx context.Context, owner, id string, limit int) ([]wire.Dataset, error) {
	r, vs, err := s.c.Meta.Versions(ctx, owner, id, limit)
	if err != nil {
		return nil, fault.Wrap("dataset.Versions", err)
	}
	out := make([]wire.Dataset, len(vs))
	for i, v := range vs {
		out[i] = toWire(r, v)
	}
	return out, nil
}

// Delete removes a dataset with all its versions.
func (s *Service) Delete(ctx context.Context, owner, id string) error {
	if err := s.c.Meta.DeleteDataset(ctx, owner, id); err != nil {
		return fault.Wrap("dataset.Delete", err)
	}
	s.compactor.leave(id) // before its folder goes
	return fault.Wrap("dataset.Delete", os.RemoveAll(filepath.Join(s.c.Dir, id)))
}

// Source opens a version for reading; 0 means the newest. The caller closes it.
func (s *Service) Source(ctx context.Context, owner, id string, version int) (*Source, error) {
	const op = "dataset.Source"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	src, err := s.source(ctx, r, v)
	return src, fault.Wrap(op, err)
}

func (s *Service) source(ctx context.Context, r Record, v Version) (*Source, error) {
	patches, err := s.c.Meta.Patches(ctx, r.ID, v.File.Version, v.Number)
	if err != nil {
		return nil, err
	}
	f, err := s.open(r, v)
	if err != nil {
		return nil, err
	}
	return &Source{rec: r, version: v, file: f, patches: patches}, nil
}

// open opens the file of a version.
func (s *Service) open(r Record, v Version) (*os.File, error) {
	f, err := os.Open(s.file(r.ID, v.File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, "The dataset was deleted.")
	}
	return f, err
}

// Patch renames a dataset, or changes how columns are read, which makes a version.
func (s *Service) Patch(ctx context.Context, owner, id string, p wire.DatasetPatch) (wire.Dataset, error) {
	const op = "dataset.Patch"
	if name := strings.TrimSpace(p.Name); name != "" {
		if err := s.c.Meta.RenameDataset(ctx, owner, id, name); err != nil {
			return wire.Dataset{}, fault.Wrap(op, err)
		}
	}
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, 0)
	if err != nil || len(p.Columns) == 0 {
		return toWire(r, v), fault.Wrap(op, err)
	}
	v.Schema = append(table.Schema(nil), v.Schema...)
	var words []string
	for _, c := range p.Columns {
		i := v.Schema.Index(c.Name)
		if i < 0 {
			return wire.Dataset{}, fault.Fieldf("columns", "There is no column %q.", c.Name)
		}
		if c.Kind != "" && c.Kind != v.Schema[i].Kind {
			col, err := s.rekind(ctx, r, v, i, c.Kind, c.Lossy)
			if err != nil {
				return wire.Dataset{}, fault.Wrap(op, err)
			}
			col.Role = v.Schema[i].Role
			v.Schema[i] = col
			words = append(words, fmt.Sprintf("%s is read as %s", c.Name, c.Kind))
		}
		switch c.Role {
		case "", v.Schema[i].Role:
		case table.Feature, table.Label, table.Ignored:
			if c.Role == table.Label { // one label at most
				for j := range v.Schema {
					if v.Schema[j].Role == table.Label {
						v.Schema[j].Role = table.Ignored
					}
				}
			}
			v.Schema[i].Role = c.Role
			words = append(words, fmt.Sprintf("%s is %s", c.Name, map[table.Role]string{table.Feature: "a feature", table.Label: "the label", table.Ignored: "ignored"}[c.Role]))
		default:
			return wire.Dataset{}, fault.Fieldf("columns", "The role %q is not known; choose feature, label or ignored.", c.Role)
		}
		if v.Schema[i].Kind == table.Text && v.Schema[i].Role == table.Feature {
			return wire.Dataset{}, fault.Fieldf("columns", "Column %q holds texts, which can't be a feature. Read it as a category first.", c.Name)
		}
	}
	if len(words) == 0 {
		return toWire(r, v), nil
	}
	return s.next(ctx, r, v, wire.ChangeColumns, strings.Join(words, ", "), nil)
}

// next makes the version after v, which the caller has changed already. An undo takes it back.
func (s *Service) next(ctx context.Context, r Record, v Version, kind wire.ChangeKind, change string, ps []Patch) (wire.Dataset, error) {
	var err error
	if v.Hash, err = follow(v.Hash, v.Schema, ps); err != nil {
		return wire.Dataset{}, fault.Wrap("dataset.next", err)
	}
	v.Number++
	v.Kind, v.Change, v.Origin = kind, change, Origin{}
	v.Undo, v.Redo = v.Number, 0
	return s.add(ctx, r, v, ps)
}

// add makes v the newest version.
func (s *Service) add(ctx context.Context, r Record, v Version, ps []Patch) (wire.Dataset, error) {
	v.Updated, v.By = s.c.Now().UTC(), r.Owner
	if err := s.c.Meta.AddVersion(ctx, r, v, ps); err != nil {
		return wire.Dataset{}, full("dataset.add", err)
	}
	r.Newest = v.Number
	return toWire(r, v), nil
}

// follow gives the hash of a changed version: SHA-256 of the hash before, the
// kinds, and the changed rows, as JSON. Reading all rows again would make an edit
// of a large table slow.
func follow(before string, schema table.Schema, ps []Patch) (string, error) {
	kinds := make([]table.Kind, len(schema))
	for i, c := range schema {
		kinds[i] = c.Kind
	}
	b, err := json.Marshal(struct {
		Before  string
		Kinds   []table.Kind
		Patches []Patch
	}{before, kinds, ps})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
