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
	Now         func() time.Time // nil means time.Now
}

// Service is all datasets.
type Service struct {
	c      Config
	db     *tables
	orders orders
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
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fault.Wrap(op, err)
	}
	s := &Service{c: c}
	if !c.Guest {
		if err := s.sweep(ctx); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	var err error
	if s.db, err = openTables(c.Dir); err != nil {
		return nil, fault.Wrap(op, err)
	}
	return s, nil
}

// sweep removes folders that no dataset owns.
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
		if !has {
			if err := os.RemoveAll(filepath.Join(s.c.Dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close ends the service.
func (s *Service) Close() error { return s.db.close() }

func (s *Service) file(id string) string { return filepath.Join(s.c.Dir, id, "base.parquet") }

// Ingest reads a CSV file and keeps it as a new dataset. With an error nothing
// is kept. Memory does not depend on the size of the file.
func (s *Service) Ingest(ctx context.Context, owner, name, source string, r io.Reader) (wire.Dataset, error) {
	const op = "dataset.Ingest"
	name = strings.TrimSpace(name)
	if name == "" {
		name = "table"
	}
	if len(name) > 200 {
		return wire.Dataset{}, fault.Fieldf("name", "The name has %d bytes, want at most 200.", len(name))
	}
	id := rand.Text()
	work := filepath.Join(s.c.Dir, id+partial)
	if err := os.Mkdir(work, 0o700); err != nil {
		return wire.Dataset{}, full(op, err)
	}
	defer os.RemoveAll(work) // renamed if all went well; what stays is swept at the next start
	raw := filepath.Join(work, "upload.csv")
	bytes, err := spool(ctx, raw, r, s.c.UploadLimit)
	if err != nil {
		return wire.Dataset{}, full(op, err)
	}
	in, err := ingest(ctx, raw, filepath.Join(work, "base.parquet"))
	if err != nil {
		return wire.Dataset{}, full(op, err)
	}
	if err := os.Remove(raw); err != nil {
		return wire.Dataset{}, full(op, err)
	}
	if err := os.Rename(work, filepath.Join(s.c.Dir, id)); err != nil {
		return wire.Dataset{}, full(op, err)
	}
	now := s.c.Now().UTC()
	rec := Record{ID: id, Owner: owner, Name: name, Source: source, Bytes: bytes, Created: now, Stored: in.stored, Newest: 1}
	v := Version{Number: 1, Rows: in.rows, NextID: in.rows, Hash: in.hash, Change: "uploaded", Updated: now, Schema: in.schema}
	if err := s.c.Meta.AddDataset(ctx, rec, v); err != nil {
		return wire.Dataset{}, errors.Join(full(op, err), os.RemoveAll(filepath.Join(s.c.Dir, id)))
	}
	return toWire(rec, v), nil
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

// Versions gives all versions of a dataset, the newest first.
func (s *Service) Versions(ctx context.Context, owner, id string) ([]wire.Dataset, error) {
	r, vs, err := s.c.Meta.Versions(ctx, owner, id)
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
	return fault.Wrap("dataset.Delete", os.RemoveAll(filepath.Join(s.c.Dir, id)))
}

// Source opens a version for reading; 0 means the newest. The caller closes it.
func (s *Service) Source(ctx context.Context, owner, id string, version int) (*Source, error) {
	const op = "dataset.Source"
	r, v, err := s.c.Meta.Dataset(ctx, owner, id, version)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	patches, err := s.c.Meta.Patches(ctx, id, v.Number)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	if _, err := os.Stat(s.file(id)); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, "The dataset was deleted.")
	}
	return &Source{rec: r, version: v, path: s.file(id), patches: patches}, nil
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
			col, err := s.rekind(ctx, r, v, i, c.Kind)
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
	return s.next(ctx, r, v, strings.Join(words, ", "), nil)
}

// next makes the version after v, which the caller has changed already.
func (s *Service) next(ctx context.Context, r Record, v Version, change string, p *Patch) (wire.Dataset, error) {
	v.Number++
	v.Change, v.Updated = change, s.c.Now().UTC()
	var err error
	if v.Hash, err = follow(v.Hash, v.Schema, p); err != nil {
		return wire.Dataset{}, fault.Wrap("dataset.next", err)
	}
	if err := s.c.Meta.AddVersion(ctx, r.Owner, r.ID, v, p); err != nil {
		return wire.Dataset{}, full("dataset.next", err)
	}
	r.Newest = v.Number
	return toWire(r, v), nil
}

// follow gives the hash of a changed version: SHA-256 of the hash before, the
// kinds, and the changed row, as JSON. Reading all rows again would make an edit
// of a large table slow.
func follow(before string, schema table.Schema, p *Patch) (string, error) {
	kinds := make([]table.Kind, len(schema))
	for i, c := range schema {
		kinds[i] = c.Kind
	}
	b, err := json.Marshal(struct {
		Before string
		Kinds  []table.Kind
		Patch  *Patch
	}{before, kinds, p})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
