package wire

import (
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// ClusterColumn is the name of the category that a model adds to its rows: the cluster, from 0.
const ClusterColumn = "cluster"

// Box is a box plot, but for the quartiles that stand in the profile.
type Box struct {
	Low      float64   `json:"low"`   // the whiskers end at the least and the greatest value
	High     float64   `json:"high"`  // within 1.5 times the distance of the quartiles from them
	Below    int64     `json:"below"` // rows beyond the whiskers
	Above    int64     `json:"above"`
	Outliers []Outlier `json:"outliers,omitempty"` // those farthest out, by value: at most 100 on either side
}

// Outlier is a value beyond the whiskers.
type Outlier struct {
	Row   int64   `json:"row"` // id
	Value float64 `json:"value"`
}

// Correlation is a matrix of coefficients. Each pair of columns is compared on
// the rows that have finite values in both.
type Correlation struct {
	Version int          `json:"version"`
	Of      int64        `json:"of"`     // rows in all
	Method  string       `json:"method"` // "pearson" or "spearman": with ranks, ties by their mean
	Columns []string     `json:"columns"`
	R       [][]*float64 `json:"r"`                 // null where a column is constant on the pair's rows
	Rows    [][]int64    `json:"rows"`              // of each pair
	Sampled int64        `json:"sampled,omitempty"` // rows that were chosen at random, if all are more than there is memory for
}

// PCA is the principal components of columns of numbers. The sign of a
// component makes its largest loading positive.
type PCA struct {
	Version    int         `json:"version"`
	Of         int64       `json:"of"`   // rows in all
	Rows       int64       `json:"rows"` // that have finite values in all columns; the others are left out
	Scale      prep.Scale  `json:"scale"`
	Columns    []string    `json:"columns"`
	Mean       []float64   `json:"mean"`   // what is taken from a column
	Scales     []float64   `json:"scales"` // what it is divided by then
	Components []Component `json:"components"`
	Sample     SampleRows  `json:"sample"` // rows in the components' coordinates: columns PC1, PC2, ...
}

// Component is one principal component.
type Component struct {
	Variance float64   `json:"variance"` // with rows - 1
	Share    float64   `json:"share"`    // of the variance of all components
	Loadings []float64 `json:"loadings"` // one a column, of length 1 together
}

// Stratum is how many rows of a group a sample shows.
type Stratum struct {
	Value string `json:"value"` // the level, or the cluster; "" for rows without
	Rows  int64  `json:"rows"`
	Shown int64  `json:"shown"`
}

// Brush asks how the rows that pass a filter are spread over columns.
type Brush struct {
	Version int      `json:"version,omitempty" minimum:"0" doc:"0 or absent means the newest"`
	Model   string   `json:"model,omitempty" doc:"id of a model trained on this dataset: its clusters are the category \"cluster\""`
	Filter  Filters  `json:"filter,omitempty" doc:"all must fit; none lets all rows pass"`
	Rows    []int64  `json:"rows,omitempty" maxItems:"100000" doc:"ids: besides, only these pass; empty means any"`
	Columns []string `json:"columns,omitempty" doc:"to be counted; none means all"`
	Bins    int      `json:"bins,omitempty" minimum:"0" maximum:"1000" doc:"as asked of describe, so that the edges are the same"`
	Limit   int      `json:"limit,omitempty" minimum:"0" maximum:"20000" doc:"how many ids of rows that pass are wanted"`
}

// Brushed is exact counts of the rows of a version that pass a filter.
type Brushed struct {
	Version int             `json:"version"`
	Of      int64           `json:"of"`   // rows in all
	Rows    int64           `json:"rows"` // that pass
	Columns []BrushedColumn `json:"columns"`
	IDs     []int64         `json:"ids"` // the first that pass, as many as asked
}

// BrushedColumn is the passing rows of one column.
type BrushedColumn struct {
	Name    string     `json:"name"`
	Kind    table.Kind `json:"kind"`
	Count   int64      `json:"count"` // with a value
	Missing int64      `json:"missing"`
	Edges   []float64  `json:"edges,omitempty"` // numbers: those of describe with as many bins
	Bins    []int64    `json:"bins,omitempty"`
	Top     []Level    `json:"top,omitempty"` // others: the levels of describe, in its order
}

// AdviceKind says what an advice is about. Clients may test for it.
type AdviceKind string

// What makes clusters worse than they could be. The number that comes with each is in brackets.
const (
	AdviceDominates  AdviceKind = "dominates"  // a column makes nearly all of the distance [share]
	AdviceConstant   AdviceKind = "constant"   // one value only [rows with it]
	AdviceDuplicate  AdviceKind = "duplicate"  // a column has the values of another [rows]
	AdviceIDLike     AdviceKind = "id-like"    // a column numbers or names the rows [share of different values]
	AdviceCorrelated AdviceKind = "correlated" // two columns say the same [r]
	AdviceMissing    AdviceKind = "missing"    // a column is mostly missing [share]
	AdviceGaps       AdviceKind = "gaps"       // many rows are left out for a missing value [share]
	AdviceSkewed     AdviceKind = "skewed"     // a logarithm would spread the values [skewness]
	AdviceRepeated   AdviceKind = "repeated"   // rows that are equal in all features [rows that repeat another]
)

// How a column might be read better.
const (
	AdviceNumberAsText     AdviceKind = "number-as-text"     // texts that are numbers [share]
	AdviceCategoryAsNumber AdviceKind = "category-as-number" // few different whole numbers [levels]
	AdviceDate             AdviceKind = "date"               // texts or numbers that are dates [share]
)

// Advice is something to know before training, and what to do about it.
type Advice struct {
	Kind    AdviceKind `json:"kind"`
	Columns []string   `json:"columns"` // that it is about; none means the rows
	Value   float64    `json:"value"`   // what the kind counts or measures
	Text    string     `json:"text"`    // one or two sentences for the user
	Remedy  *Remedy    `json:"remedy,omitempty"`
}

// Remedy is a change of the settings of a training, of how the dataset is read, or of its rows.
type Remedy struct {
	Label   string         `json:"label"`             // of the button: "Scale the columns"
	Without []string       `json:"without,omitempty"` // features to leave out
	Scale   prep.Scale     `json:"scale,omitempty"`
	Missing prep.Missing   `json:"missing,omitempty"`
	Logs    []string       `json:"logs,omitempty"`   // features whose logarithm is to be taken
	Steps   []Step         `json:"steps,omitempty"`  // a plan of the dataset, whose rows are to be its next version, by FrameSave
	Change  []ColumnChange `json:"change,omitempty"` // of the dataset, by DatasetPatch
}

// AdviceList is what there is to know about training on some features.
type AdviceList struct {
	Version  int      `json:"version"`
	Of       int64    `json:"of"`       // rows in all
	Looked   int64    `json:"looked"`   // rows that were looked at to compare pairs of columns, and for logarithms
	Compared int      `json:"compared"` // columns of numbers that were compared in pairs: at most 500
	Features []string `json:"features"`
	Advice   []Advice `json:"advice"` // the worst first
}
