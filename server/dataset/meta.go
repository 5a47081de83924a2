// Package dataset keeps tables: an upload becomes a Parquet file, and each
// change of a row or a column makes the next version, merged on read. Changes
// that have piled up are written into the next file, behind the readers' backs.
package dataset

import (
	"context"
	"time"

	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Record is a dataset, and of its versions what the one has that it was read with.
type Record struct {
	ID      string
	Owner   string
	Name    string
	Source  string // of a sample: where it comes from, and its licence
	Bytes   int64  // of the upload
	Created time.Time
	Stored  []table.Kind // how each column's values are kept in the version's file: Number or Text
	Newest  int          // version
}

// Version is one state of a dataset.
type Version struct {
	Number  int
	Rows    int64
	NextID  int64 // of the next row to be added: above all ids that a version of its Epoch has or had
	Hash    string
	Change  string // what made it, for the user
	Updated time.Time
	Schema  table.Schema

	Kind       wire.ChangeKind
	By         string // id of the user who made it
	Origin     Origin
	Epoch      int // the version that these row ids began with: ids of versions with another say nothing of each other
	Undo, Redo int // the version that is taken back by an undo of this one, or by a redo; 0 for none
	File       File
	Root       int // the version whose file can't be made again that it begins with, at most File.Version
}

// Origin says what a version was made from, unless that is the version before.
type Origin struct {
	Parents []wire.Parent `json:"parents,omitempty"`
	Steps   []string      `json:"steps,omitempty"`
}

// File is the Parquet file that a version is read from. The rows of the
// patches since then replace its rows.
type File struct {
	Version int  // whose rows it has
	IDs     bool // row ids are a column; if not, they are 0, 1, 2, ...
}

// Patch is a row that differs from the file. Cells is nil for a deleted one.
type Patch struct {
	Row   int64
	Cells []table.Cell // in schema order, as stored
}

// Meta keeps what is known of datasets. Another owner's dataset is fault.NotFound.
type Meta interface {
	// AddDataset keeps a new dataset with its first version and its file, v.File.
	AddDataset(ctx context.Context, r Record, v Version) error
	// Dataset gives a version; 0 means the newest.
	Dataset(ctx context.Context, owner, id string, version int) (Record, Version, error)
	// Datasets gives the newest version of each, the newest dataset first.
	Datasets(ctx context.Context, owner string) ([]Record, []Version, error)
	// Versions gives those of a dataset, the newest first; at most limit, all if it is 0.
	Versions(ctx context.Context, owner, id string, limit int) (Record, []Version, error)
	// Revisions gives a window of a dataset's versions below before, the newest
	// first, without what was made of them; 0 means from the newest.
	Revisions(ctx context.Context, owner, id string, before, limit int) (revisions []wire.Revision, total int, err error)
	// AddVersion makes v the newest, with the rows it changes. If v.File is of
	// the version itself, it begins a root with the columns r.Stored.
	// It is fault.Conflict unless v.Number follows the newest.
	AddVersion(ctx context.Context, r Record, v Version, ps []Patch) error
	// Patches gives the rows in which a version differs from a file, by row id.
	Patches(ctx context.Context, id string, file, version int) ([]Patch, error)
	// PatchesOf gives those of some rows.
	PatchesOf(ctx context.Context, id string, file, version int, rows []int64) ([]Patch, error)
	// Touched gives the rows that versions above from and up to to changed, by row id.
	Touched(ctx context.Context, id string, from, to int) ([]int64, error)
	// Behind counts the changes of rows since a file.
	Behind(ctx context.Context, id string, file int) (int, error)
	// NextID gives an id that no row of an epoch has or had, nor any above it.
	NextID(ctx context.Context, id string, epoch int) (int64, error)
	// Files gives a dataset's files, the newest first; roots are those that can't be made again.
	Files(ctx context.Context, id string) (all []File, roots map[int]bool, err error)
	// AddFile notes a file that has the rows of a version, which may not be a root's.
	AddFile(ctx context.Context, r Record, f File) error
	// DropFile forgets a file that is not a root's.
	DropFile(ctx context.Context, id string, version int) error
	RenameDataset(ctx context.Context, owner, id, name string) error
	DeleteDataset(ctx context.Context, owner, id string) error
	// HasDataset reports whether anybody has it.
	HasDataset(ctx context.Context, id string) (bool, error)
}
