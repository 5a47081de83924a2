package wire

import (
	"time"

	"github.com/centroid-studio/centroid/shared/table"
)

// ChangeKind says what sort of change made a version.
type ChangeKind string

// The kinds of changes.
const (
	ChangeUpload    ChangeKind = "upload"    // a file came in
	ChangeRows      ChangeKind = "rows"      // rows were edited, added or deleted
	ChangeColumns   ChangeKind = "columns"   // columns are read otherwise
	ChangeUndo      ChangeKind = "undo"      // the change before is taken back
	ChangeRedo      ChangeKind = "redo"      // an undo is taken back
	ChangeRestore   ChangeKind = "restore"   // an older version again
	ChangeClusters  ChangeKind = "clusters"  // a model's clusters became columns
	ChangeTransform ChangeKind = "transform" // rows that were computed from others
)

// Parent is a version that another was made from.
type Parent struct {
	Dataset string `json:"dataset"` // id; the dataset may be gone
	Version int    `json:"version"`
	Name    string `json:"name,omitempty"` // of the dataset when it was used
}

// ModelRef names a model.
type ModelRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	K    int    `json:"k,omitempty"`
}

// Revision is one line of a dataset's history: who made a version, when, of
// what and how, and the models that were trained on it.
type Revision struct {
	Version int        `json:"version"`
	Kind    ChangeKind `json:"kind"`
	Change  string     `json:"change"` // in words: "uploaded", "row 12 edited"
	By      string     `json:"by"`     // the user's name
	Made    time.Time  `json:"made"`
	Rows    int64      `json:"rows"`
	Columns int        `json:"columns"`
	Hash    string     `json:"hash"`
	Parents []Parent   `json:"parents,omitempty"` // of a transform; else it is the version before
	Steps   []string   `json:"steps,omitempty"`   // of a transform, in order, in words or SQL
	Models  []ModelRef `json:"models,omitempty"`  // trained on this version
}

// History is a window of a dataset's versions, the newest first.
type History struct {
	Newest    int        `json:"newest"`         // version
	Total     int        `json:"total"`          // versions
	Undo      string     `json:"undo,omitempty"` // what an undo would take back, in words; empty if there is nothing
	Redo      string     `json:"redo,omitempty"` // what a redo would do again
	Revisions []Revision `json:"revisions"`
}

// Restore asks for an older version again, as a new one.
type Restore struct {
	Version int `json:"version" minimum:"1"`
}

// CellEdit changes one cell.
type CellEdit struct {
	Row    int64      `json:"row"`
	Column string     `json:"column"`
	Cell   table.Cell `json:"cell"`
}

// RowEdits is changes of many cells and rows that become one version.
type RowEdits struct {
	// Seen is the version in which the rows were looked at. If somebody has
	// changed one of them since, nothing is done, and the answer is a conflict
	// (409) with a Conflict. 0 overwrites whatever is there.
	Seen   int        `json:"seen,omitempty" minimum:"0"`
	Cells  []CellEdit `json:"cells,omitempty" maxItems:"100000"`
	Delete []int64    `json:"delete,omitempty" maxItems:"100000"`
	Add    []RowWrite `json:"add,omitempty" maxItems:"100000"`
}

// RowsChange answers RowEdits: the version that it made, and the rows that were
// edited, by id, followed by those that were added, as they are in it.
type RowsChange struct {
	Dataset
	Touched []Row `json:"touched"`
}

// Conflict is what a problem with status 409 has when rows were changed by
// somebody else since they were looked at. Nothing was overwritten.
type Conflict struct {
	Version int           `json:"version"` // the newest: send it as seen to overwrite what is in it
	Total   int           `json:"total"`   // rows in conflict; at most 100 are listed
	Rows    []RowConflict `json:"rows"`
}

// RowConflict is a row that was changed meanwhile.
type RowConflict struct {
	Row   int64          `json:"row"`
	Gone  bool           `json:"gone,omitempty"` // it was deleted
	Cells []CellConflict `json:"cells"`          // those that differ from what was seen, and those that were to be changed
}

// CellConflict is one cell of such a row.
type CellConflict struct {
	Column string      `json:"column"`
	Seen   table.Cell  `json:"seen"`           // what it was
	Theirs table.Cell  `json:"theirs"`         // what it is
	Mine   *table.Cell `json:"mine,omitempty"` // what it was to become; absent if it was not to be changed
}

// Diff is how two versions of a dataset differ, a window of rows at a time.
type Diff struct {
	From           int       `json:"from"`
	To             int       `json:"to"`
	ByContent      bool      `json:"byContent,omitempty"` // the versions have other rows: they are matched by their content, and none counts as changed
	Added          int64     `json:"added"`
	Removed        int64     `json:"removed"`
	Changed        int64     `json:"changed"`
	AddedColumns   []string  `json:"addedColumns,omitempty"`
	RemovedColumns []string  `json:"removedColumns,omitempty"`
	Columns        []string  `json:"columns"` // those of both, which are compared
	Offset         int64     `json:"offset"`
	Rows           []RowDiff `json:"rows"` // by row id
}

// RowDiff is a row that differs.
type RowDiff struct {
	Row    int64        `json:"row"`              // -1 if the rows are matched by content
	Before []table.Cell `json:"before,omitempty"` // in the order of Diff.Columns; absent if the row was added
	After  []table.Cell `json:"after,omitempty"`  // absent if it was removed
}

// ClustersWrite asks for a model's clusters as columns of the dataset that it was trained on.
type ClustersWrite struct {
	Model string `json:"model" minLength:"1"`
}

// ClustersChange answers it: the version that it made, and the names that the columns have in it.
type ClustersChange struct {
	Dataset
	Cluster  string `json:"cluster"`
	Distance string `json:"distance"`
	Left     int64  `json:"left"` // rows without a cluster: the model leaves rows with missing values out
}

// Groups is a version's rows in groups of one column's value.
type Groups struct {
	Version int           `json:"version"`
	By      string        `json:"by"`
	Rows    int64         `json:"rows"`
	Columns []GroupColumn `json:"columns"`
	Groups  []Group       `json:"groups"` // by value, missing last
}

// GroupColumn says what a cell of a Group is.
type GroupColumn struct {
	Name string `json:"name"`
	What string `json:"what"` // "mean" of a number's finite values, "usual": a category's most frequent level, ties to the first
}

// Group is the rows with one value.
type Group struct {
	Value table.Cell   `json:"value"`
	Rows  int64        `json:"rows"`
	Cells []table.Cell `json:"cells"` // in the order of Groups.Columns
}
