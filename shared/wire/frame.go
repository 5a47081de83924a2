package wire

import (
	"time"

	"github.com/centroid-studio/centroid/shared/table"
)

// Step is one step of a plan: it makes a table of the one before. Op says which
// fields count; the others are left out.
type Step struct {
	Op string `json:"op" enum:"table,sql,select,filter,sort,withColumn,rename,drop,dropna,fillna,sample,split,groupBy,join,union,distinct,limit,map,reduce,count,describe,summary"`

	// table, a source: the rows of a dataset, in order.
	Dataset string `json:"dataset,omitempty"`
	Version int    `json:"version,omitempty" minimum:"0" doc:"of the dataset; 0 or absent means the newest"`

	// sql, a source: one SELECT over the user's datasets, named by name or by id.
	SQL string `json:"sql,omitempty" maxLength:"100000"`

	// select and drop: these. dropna, fillna, distinct: these, or all if there
	// are none. groupBy, reduce: the keys. join: those that must be equal.
	Columns []string `json:"columns,omitempty"`

	Expr  string         `json:"expr,omitempty" maxLength:"20000" doc:"SQL over the columns; filter: a condition; withColumn: a value"`
	Name  string         `json:"name,omitempty" doc:"withColumn: of the column"`
	Sort  []SortKey      `json:"sort,omitempty"`
	As    []ColumnRename `json:"as,omitempty" doc:"rename"`
	Exprs []NamedExpr    `json:"exprs,omitempty" doc:"map: the columns of the answer; reduce: aggregates"`
	Aggs  []Agg          `json:"aggs,omitempty" doc:"groupBy"`

	How    string      `json:"how,omitempty" enum:"any,all,inner,left,right,full,semi,anti,cross" doc:"dropna: any or all missing; join: its kind, by default inner"`
	Value  *table.Cell `json:"value,omitempty" doc:"fillna: a number is for columns of numbers, a text for the others"`
	Other  []Step      `json:"other,omitempty" doc:"join, union: the plan of the other table"`
	ByName bool        `json:"byName,omitempty" doc:"union: match columns by name, not by position"`

	Fraction float64   `json:"fraction,omitempty" minimum:"0" maximum:"1" doc:"sample: about this share of the rows"`
	N        int64     `json:"n,omitempty" minimum:"0" doc:"sample: exactly so many rows, if there are; limit: rows at most"`
	Offset   int64     `json:"offset,omitempty" minimum:"0" doc:"limit: rows to pass over first"`
	Seed     int64     `json:"seed,omitempty" doc:"sample, split: the same seed draws the same rows"`
	Weights  []float64 `json:"weights,omitempty" doc:"split: of the parts"`
	Part     int       `json:"part,omitempty" minimum:"0" doc:"split: which part, from 0"`

	Quantiles []float64 `json:"quantiles,omitempty" doc:"summary: shares; 0.25, 0.5 and 0.75 if there are none"`
}

// SortKey is a column to sort by.
type SortKey struct {
	Column     string `json:"column"`
	Desc       bool   `json:"desc,omitempty"`
	NullsFirst bool   `json:"nullsFirst,omitempty"` // missing values come last otherwise, whatever the direction
}

// ColumnRename gives a column another name.
type ColumnRename struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// NamedExpr is an SQL expression and the name of its column.
type NamedExpr struct {
	As   string `json:"as"`
	Expr string `json:"expr" maxLength:"20000"`
}

// Agg is one number or text of each group.
type Agg struct {
	Fn     string  `json:"fn" enum:"count,countDistinct,sum,mean,min,max,std,stdPop,variance,median,quantile,first,last,mode"`
	Column string  `json:"column,omitempty" doc:"count without one counts rows"`
	As     string  `json:"as,omitempty" doc:"name of the column; fn(column) if absent"`
	Q      float64 `json:"q,omitempty" minimum:"0" maximum:"1" doc:"quantile: its share"`
}

// FrameColumn is a column of an answer.
type FrameColumn struct {
	Name string     `json:"name"`
	Kind table.Kind `json:"kind" enum:"number,text"`
	Type string     `json:"type"` // in SQL: DOUBLE, BIGINT, VARCHAR, BOOLEAN, DATE and so on
}

// FramePlan is the steps of a frame.
type FramePlan struct {
	Steps []Step `json:"steps"`
}

// FrameRun asks for the rows of a plan.
type FrameRun struct {
	Steps []Step `json:"steps"`
	Limit int    `json:"limit,omitempty" minimum:"0" maximum:"10000" doc:"rows of the answer; 0 or absent means 1,000"`
}

// SQLRun asks for the rows of a query over one's own datasets. Each is a table
// under its name and under its id.
type SQLRun struct {
	SQL   string `json:"sql" minLength:"1" maxLength:"100000" doc:"one SELECT"`
	Limit int    `json:"limit,omitempty" minimum:"0" maximum:"10000" doc:"rows of the answer; 0 or absent means 1,000"`
}

// FrameResult is the rows of a plan or a query. Numbers that a float64 can't
// hold exactly are texts, as are dates, booleans, lists and whatever else is no number.
type FrameResult struct {
	Columns   []FrameColumn  `json:"columns"`
	Rows      [][]table.Cell `json:"rows"`
	Truncated bool           `json:"truncated"` // there are more rows
	Elapsed   float64        `json:"elapsedMS"`
}

// FrameQueue is where the queries of a user are. Users take turns: one who asks for
// many keeps nobody out.
type FrameQueue struct {
	Running int `json:"running"`
	Waiting int `json:"waiting"`
	Ahead   int `json:"ahead" doc:"queries that begin before the first that waits, if no more come"`
}

// FrameSave keeps the rows of a plan, a query's too (a plan of one step, sql).
type FrameSave struct {
	Steps   []Step `json:"steps"`
	Name    string `json:"name,omitempty" maxLength:"200" doc:"of a new dataset"`
	Dataset string `json:"dataset,omitempty" doc:"id of the dataset that the rows are the next version of; absent makes a new one"`
}

// Where a persisted frame is.
const (
	Memory        = "memory"          // gone when the server stops, or the memory is needed: then it is computed again
	Disk          = "disk"            // stays until it is unpersisted
	MemoryAndDisk = "memory-and-disk" // in memory, and on disk when the memory is needed
)

// FramePersist keeps the rows of a plan, so that plans that begin with the same
// steps go on from them.
type FramePersist struct {
	Steps []Step `json:"steps"`
	Level string `json:"level,omitempty" enum:"memory,disk,memory-and-disk" doc:"memory-and-disk if absent"`
}

// Persisted is a frame that is kept.
type Persisted struct {
	ID    string    `json:"id"`
	Steps []Step    `json:"steps"`
	Words []string  `json:"words" doc:"the steps for reading, one by one"`
	Of    []Parent  `json:"of,omitempty" doc:"the versions of the datasets that the rows are made of"`
	Level string    `json:"level"`
	At    string    `json:"at" enum:"memory,disk"` // where it is
	Rows  int64     `json:"rows"`
	Bytes int64     `json:"bytes"`
	Made  time.Time `json:"made"` // when the rows were computed
}
