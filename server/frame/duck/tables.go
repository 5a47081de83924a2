package duck

import "context"

// Tables finds the tables of one user.
type Tables interface {
	// List names all, without opening them.
	List(ctx context.Context) ([]Entry, error)
	// Open gives a version of one; 0 means the newest. Another user's is fault.NotFound.
	Open(ctx context.Context, id string, version int) (Table, error)
}

// Entry names a table.
type Entry struct {
	ID   string
	Name string // several may have the same
}

// Table is what is needed to read one version of a table.
type Table struct {
	ID      string
	Name    string
	Version int
	Columns []Column
	SQL     string   // gives the columns as c0, c1 and so on, the rows in order
	Number  string   // gives the same rows, with their places from 0 as n besides; may be empty
	Files   []string // that SQL reads
}

// Column is a column of a table. Names are unique.
type Column struct {
	Name string
	Type string // as SQL writes it
}
