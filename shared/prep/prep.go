// Package prep turns rows of a table into vectors: it picks columns, fills or
// drops missing values, scales numbers and one-hot encodes categories. It is
// fitted once, on the training rows, and kept inside the model, so that the
// browser prepares a row exactly as the training did.
package prep

// Scale says how numbers are brought to comparable size.
type Scale string

// The scales. Constant columns have factor 1, so nothing divides by zero.
const (
	NoScale  Scale = "none"
	Standard Scale = "standard" // (x - mean) / population standard deviation
	MinMax   Scale = "minmax"   // (x - min) / (max - min)
)

// Missing says what happens to a row with a missing value in a chosen column.
type Missing string

// The policies. A category has no mean: Mean and Median fill it with its most
// frequent level, ties to the first in byte order.
const (
	Drop   Missing = "drop"
	Mean   Missing = "mean"
	Median Missing = "median"
)

// Config is what the user chooses.
type Config struct {
	Columns []string `json:"columns"`        // features, in this order; empty means all columns with role feature
	Scale   Scale    `json:"scale"`          // empty means Standard
	Missing Missing  `json:"missing"`        // empty means Drop
	Unit    bool     `json:"unit,omitempty"` // bring vectors to length 1, for the cosine distance
	Logs    []string `json:"logs,omitempty"` // those of Columns, all numbers, whose SignedLog is taken before they are scaled
}

// Prep is a fitted preparation. Its zero value is not usable: Fit makes it, or a model file.
type Prep struct {
	Missing Missing  `json:"missing"`
	Scale   Scale    `json:"scale"`
	Unit    bool     `json:"unit,omitempty"` // vectors have length 1
	Columns []Column `json:"columns"`
}

// Column is the fitted preparation of one column: of one feature for a number,
// of one 0/1 feature per level for a category. What is missing is filled first,
// with Log the logarithm is taken next, then the number is scaled: whoever writes
// a model in another language does it in this order.
type Column struct {
	Name   string   `json:"name"`
	Offset float64  `json:"offset,omitempty"` // a number x becomes (x - Offset) / Factor, with Log (SignedLog(x) - Offset) / Factor
	Factor float64  `json:"factor,omitempty"` // never 0 for a number
	Fill   float64  `json:"fill,omitempty"`   // instead of a missing number, unless Missing is Drop
	Log    bool     `json:"log,omitempty"`    // a number's SignedLog is taken
	Levels []string `json:"levels,omitempty"` // a category's levels in byte order; nil for a number
	Usual  string   `json:"usual,omitempty"`  // instead of a missing level, unless Missing is Drop
}
