// Package registry keeps trained models, each with its owner, and the cluster
// of every row that a model was trained on. All of a model lies in the one
// database file, so that saving and deleting happen as a whole, and a process
// that dies leaves nothing half-made behind.
package registry

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// MaxBytes is how large a model's file may be.
const MaxBytes = 512 << 20

// MaxName is how many characters a model's name may have.
const MaxName = 200

// Store keeps what the registry is given. An id that is not there, or that is
// another owner's, is fault.NotFound. Each method happens as a whole or not at all.
type Store interface {
	// AddModel keeps a model under info.ID.
	AddModel(ctx context.Context, owner string, info wire.ModelInfo, body []byte) error
	// Model gives a model's present name, and the body that it was kept with.
	Model(ctx context.Context, owner, id string) (name string, body []byte, err error)
	// Models lists the owner's models, the newest first.
	Models(ctx context.Context, owner string) ([]wire.ModelInfo, error)
	RenameModel(ctx context.Context, owner, id, name string) error
	// DeleteModel removes a model with its labels.
	DeleteModel(ctx context.Context, owner, id string) error
	// SetLabels replaces a model's labels by what next gives, until a chunk has no body.
	SetLabels(ctx context.Context, owner, id string, next func() Chunk) error
	// Labels gives a model's chunks in row order, without their bodies.
	Labels(ctx context.Context, owner, id string) ([]Chunk, error)
	// LabelChunk gives the body of a chunk of the model, whoever owns it.
	LabelChunk(ctx context.Context, id string, first int64) ([]byte, error)
}

// Registry is the models of all users.
type Registry struct{ store Store }

// New makes a registry. It has nothing to close; the store is the caller's.
func New(store Store) *Registry { return &Registry{store} }

// Put keeps a model of the owner under an id that it makes, and sets in m. A
// model too large to keep is fault.TooLarge.
func (r *Registry) Put(ctx context.Context, owner string, m *model.Model) (id string, err error) {
	const op = "registry.Put"
	kept := *m
	kept.ID = strings.ToLower(rand.Text())
	if kept.Name, err = nameOf(m.Name); err != nil {
		return "", err
	}
	body, err := model.Encode(&kept)
	if err != nil {
		return "", fault.Wrap(op, err)
	}
	if len(body) > MaxBytes {
		return "", fault.Newf(fault.TooLarge, "The model has %d MB, more than the %d MB that can be kept. Use a smaller k or fewer features.", len(body)>>20, MaxBytes>>20)
	}
	if err := r.store.AddModel(ctx, owner, Info(&kept), body); err != nil {
		return "", fault.Wrap(op, err)
	}
	m.ID, m.Name = kept.ID, kept.Name
	return m.ID, nil
}

// Info gives a model's line in a list.
func Info(m *model.Model) wire.ModelInfo {
	info := wire.ModelInfo{
		ID: m.ID, Name: m.Name, Created: m.Created, Dataset: m.Data.Dataset, DataName: m.Data.Name, Version: m.Data.Version,
		K: m.Centroids.Rows, Rows: m.Data.Rows, Inertia: m.Training.Inertia, Hash: m.Hash,
	}
	if s := m.Training.Silhouette; s != nil {
		mean := s.Mean
		info.Silhouette = &mean
	}
	return info
}

// Get gives the owner's model.
func (r *Registry) Get(ctx context.Context, owner, id string) (*model.Model, error) {
	const op = "registry.Get"
	name, body, err := r.store.Model(ctx, owner, id)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	m, err := model.Decode(body)
	if err != nil { // what was kept was whole: this is not the user's fault
		return nil, fault.Wrap(op, fmt.Errorf("model %s: %s", id, fault.Message(err)))
	}
	m.Name = name
	return m, nil
}

// List gives the owner's models, the newest first.
func (r *Registry) List(ctx context.Context, owner string) ([]wire.ModelInfo, error) {
	all, err := r.store.Models(ctx, owner)
	return all, fault.Wrap("registry.List", err)
}

// Rename gives the owner's model another name.
func (r *Registry) Rename(ctx context.Context, owner, id, name string) error {
	name, err := nameOf(name)
	if err != nil {
		return err
	}
	return fault.Wrap("registry.Rename", r.store.RenameModel(ctx, owner, id, name))
}

// Delete removes the owner's model, and its labels.
func (r *Registry) Delete(ctx context.Context, owner, id string) error {
	return fault.Wrap("registry.Delete", r.store.DeleteModel(ctx, owner, id))
}

func nameOf(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.Fieldf("name", "The model needs a name.")
	case n > MaxName:
		return "", fault.Fieldf("name", "The name has %d characters, want at most %d.", n, MaxName)
	case !utf8.ValidString(name):
		return "", fault.Fieldf("name", "The name is not valid UTF-8.")
	}
	return name, nil
}
