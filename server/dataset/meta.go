// Package dataset keeps tables: an upload becomes a Parquet file, and each
// change of a row or a column makes the next version, merged on read.
package dataset

import (
	"context"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
)

// Record is a dataset, without its versions.
type Record struct {
	ID      string
	Owner   string
	Name    string
	Source  string // of a sample: where it comes from, and its licence
	Bytes   int64  // of the upload
	Created time.Time
	Stored  []table.Kind // how each column's values are kept: Number or Text
	Newest  int          // version
}

// Version is one state of a dataset.
type Version struct {
	Number  int
	Rows    int64
	NextID  int64 // of the next row to be added
	Hash    string
	Change  string // what made it, for the user
	Updated time.Time
	Schema  table.Schema
}

// Patch is a row that differs from the uploaded file. Cells is nil for a deleted one.
type Patch struct {
	Row   int64
	Cells []table.Cell // in schema order, as stored
}

// Meta keeps what is known of datasets. Another owner's dataset is fault.NotFound.
type Meta interface {
	AddDataset(ctx context.Context, r Record, v Version) error
	// Dataset gives a version; 0 means the newest.
	Dataset(ctx context.Context, owner, id string, version int) (Record, Version, error)
	// Datasets gives the newest version of each, the newest dataset first.
	Datasets(ctx context.Context, owner string) ([]Record, []Version, error)
	// Versions gives all of a dataset, the newest first.
	Versions(ctx context.Context, owner, id string) (Record, []Version, error)
	// AddVersion makes v the newest, with the row it changes, if p is not nil.
	// It is fault.Conflict unless v.Number follows the newest.
	AddVersion(ctx context.Context, owner, id string, v Version, p *Patch) error
	// Patches gives the changed rows of a version by row id.
	Patches(ctx context.Context, id string, version int) ([]Patch, error)
	RenameDataset(ctx context.Context, owner, id, name string) error
	DeleteDataset(ctx context.Context, owner, id string) error
	// HasDataset reports whether anybody has it.
	HasDataset(ctx context.Context, id string) (bool, error)
}
