package wire

import (
	"time"

	"github.com/centroid-studio/centroid/shared/table"
)

// REST lives under this path.
const API = "/api/v1"

// Register makes an account and a session.
type Register struct {
	Username string `json:"username" minLength:"1" maxLength:"64" doc:"1 to 64 letters, digits, dots, dashes or underscores"`
	Email    string `json:"email,omitempty" maxLength:"254"`
	Password string `json:"password" minLength:"1" maxLength:"1024" doc:"at least 10 characters"`
}

// Login asks for a session.
type Login struct {
	Username string `json:"username" maxLength:"64"`
	Password string `json:"password" maxLength:"1024"`
}

// PasswordChange replaces the password; all other sessions end.
type PasswordChange struct {
	Old string `json:"old" maxLength:"1024"`
	New string `json:"new" maxLength:"1024"`
}

// User is who is logged in.
type User struct {
	ID       string    `json:"id"`
	Username string    `json:"username"`
	Email    string    `json:"email,omitempty"`
	Expires  time.Time `json:"expires"` // when this session ends unless it is used before
}

// TokenRequest asks for a token for a program.
type TokenRequest struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
	Days int    `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"life in days; 0 means the server's default"`
}

// Token is a session or a program's token, without its secret.
type Token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`    // "browser" for a session
	Session bool      `json:"session"` // made by a login
	Current bool      `json:"current"` // the one of this request
	Created time.Time `json:"created"`
	Used    time.Time `json:"used"`
	Expires time.Time `json:"expires"`
}

// NewToken is shown once.
type NewToken struct {
	Token
	Secret string `json:"secret"` // send as "Authorization: Bearer <secret>"
}

// Dataset is one version of a table.
type Dataset struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Version int          `json:"version"` // from 1
	Newest  int          `json:"newest"`  // version
	Rows    int64        `json:"rows"`
	Bytes   int64        `json:"bytes"` // of the upload
	Hash    string       `json:"hash"`  // SHA-256 of the version's content, hex
	Created time.Time    `json:"created"`
	Updated time.Time    `json:"updated"`          // when the version was made
	Change  string       `json:"change"`           // what made the version: "uploaded", "row 12 edited"
	Source  string       `json:"source,omitempty"` // of a sample: where it comes from, and its licence
	Schema  table.Schema `json:"schema"`
}

// Upload is a file that comes in pieces, by the tus protocol, and is no dataset yet.
type Upload struct {
	ID       string    `json:"id"` // it is at /api/v1/uploads/ID
	Name     string    `json:"name"`
	Size     int64     `json:"size"`
	Offset   int64     `json:"offset"`   // bytes that are here
	Modified int64     `json:"modified"` // of the file, in ms since 1970, as the client said; 0 if it did not
	Expires  time.Time `json:"expires"`  // when it is removed unless it goes on
}

// Import makes a dataset of a file that is not in the request.
type Import struct {
	Upload string `json:"upload,omitempty" doc:"id of an upload that is whole"`
	URL    string `json:"url,omitempty" maxLength:"2000" doc:"address of a file on the public internet, if the server allows it"`
	Name   string `json:"name,omitempty" maxLength:"200" doc:"of the dataset; absent means the name of the file"`
}

// Imports says what can be imported.
type Imports struct {
	URL   bool  `json:"url"`   // the server fetches files
	Limit int64 `json:"limit"` // bytes of one file; 0 means no limit
}

// SampleData is a table that comes with the program.
type SampleData struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Rows    int64  `json:"rows"`
	About   string `json:"about"`
	Source  string `json:"source"`
	Licence string `json:"licence"`
}

// ColumnChange changes how a column is read. Empty fields stay.
type ColumnChange struct {
	Name string     `json:"name"`
	Kind table.Kind `json:"kind,omitempty"`
	Role table.Role `json:"role,omitempty"`
	// Lossy reads texts that are no numbers as missing.
	Lossy bool `json:"lossy,omitempty" doc:"with the kind number: what is no number becomes missing, else it is refused"`
}

// DatasetPatch renames a dataset or changes its columns (which makes a version).
type DatasetPatch struct {
	Name    string         `json:"name,omitempty" maxLength:"200"`
	Columns []ColumnChange `json:"columns,omitempty"`
}

// Row is a row with its stable id.
type Row struct {
	ID    int64        `json:"id"`
	Cells []table.Cell `json:"cells"` // in schema order
}

// Rows is a window of a table.
type Rows struct {
	Version int   `json:"version"`
	Offset  int64 `json:"offset"`
	Total   int64 `json:"total"`
	Rows    []Row `json:"rows"`
}

// RowWrite adds or replaces a row.
type RowWrite struct {
	Cells []table.Cell `json:"cells"` // in schema order
	Seen  int          `json:"seen,omitempty" minimum:"0" doc:"version in which the row was looked at: if it was changed since, the answer is 409 with a conflict; 0 or absent overwrites"`
}

// RowChange answers a row that was added or replaced: the version that it made, and the row as it is in it.
type RowChange struct {
	Dataset
	Row Row `json:"row"`
}

// Describe is the profile of a version.
type Describe struct {
	Version int             `json:"version"`
	Rows    int64           `json:"rows"`
	Columns []ColumnProfile `json:"columns"`
}

// ColumnProfile is the statistics and the histogram of one column.
type ColumnProfile struct {
	Name      string     `json:"name"`
	Kind      table.Kind `json:"kind"`
	Count     int64      `json:"count"` // with a value
	Missing   int64      `json:"missing"`
	Mean      float64    `json:"mean"`
	Std       float64    `json:"std"` // population
	Min       float64    `json:"min"`
	Q1        float64    `json:"q1"`
	Median    float64    `json:"median"`
	Q3        float64    `json:"q3"`
	Max       float64    `json:"max"`
	Edges     []float64  `json:"edges,omitempty"`   // numbers: bins + 1
	Bins      []int64    `json:"bins,omitempty"`    // rows in each bin
	Density   []Point    `json:"density,omitempty"` // kernel density estimate, Gaussian
	Bandwidth float64    `json:"bandwidth,omitempty"`
	Rule      string     `json:"rule,omitempty"`     // of the bandwidth: "silverman" or "sheather-jones"
	Top       []Level    `json:"top,omitempty"`      // others: most frequent levels, at most 50
	Distinct  int64      `json:"distinct,omitempty"` // others: different values
	Infinite  int64      `json:"infinite,omitempty"` // numbers that are left out of all the rest
	Skew      float64    `json:"skew,omitempty"`     // third standardized moment, population
	Box       *Box       `json:"box,omitempty"`
	Advice    []Advice   `json:"advice,omitempty"` // how it might be read better
}

// Point is a point of a curve.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Level is a category's level and its rows.
type Level struct {
	Value string `json:"value"`
	Rows  int64  `json:"rows"`
}

// SampleRows is rows chosen evenly by a hash of (seed, row id), for charts, of the
// whole table or of each level of a category.
type SampleRows struct {
	Of      int64    `json:"of"`      // rows in all
	Columns []string `json:"columns"` // those asked for
	Rows    []Row    `json:"rows"`    // cells in the order of Columns

	Chosen string    `json:"chosen,omitempty"` // how many rows these are, and how they were chosen, in words
	By     string    `json:"by,omitempty"`     // the category whose levels have their shares of the rows
	Strata []Stratum `json:"strata,omitempty"` // those shares
}

// Job is a training, queued, at work or ended.
type Job struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`  // "train"
	State    string     `json:"state"` // queued running done failed canceled
	Dataset  string     `json:"dataset"`
	Name     string     `json:"name"`
	Attempt  int        `json:"attempt"`
	Progress Progress   `json:"progress"`
	Created  time.Time  `json:"created"`
	Started  *time.Time `json:"started,omitempty"`
	Ended    *time.Time `json:"ended,omitempty"`
	Model    string     `json:"model,omitempty"` // id, when done
	Fault    *Fault     `json:"fault,omitempty"`
	Last     int64      `json:"last"` // newest event's seq
}

// ModelInfo is a model in a list.
type ModelInfo struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Created    time.Time `json:"created"`
	Dataset    string    `json:"dataset"` // id; the dataset may be gone
	DataName   string    `json:"dataName"`
	Version    int       `json:"version"` // of the dataset
	K          int       `json:"k"`
	Rows       int64     `json:"rows"`
	Inertia    float64   `json:"inertia"`
	Silhouette *float64  `json:"silhouette,omitempty"`
	Hash       string    `json:"hash"`
}

// Rename gives a thing another name.
type Rename struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

// Problem is RFC 9457, as every error of the REST side is sent.
type Problem struct {
	Type   string `json:"type,omitempty"` // "about:blank"
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"` // in the user's words
	Code   string `json:"code"`   // a fault.Code
	Field  string `json:"field,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	ID     string `json:"instance,omitempty"` // to find it in the log

	Conflict *Conflict `json:"conflict,omitempty"` // rows that somebody else changed meanwhile
}
