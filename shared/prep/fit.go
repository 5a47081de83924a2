package prep

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
)

// MaxFeatures is the most values that a vector may have.
const MaxFeatures = 20000

// Stats is what Fit learned about the rows, besides the preparation.
type Stats struct {
	Rows     int64        // that have a vector
	Dropped  int64        // that have none
	Min, Max []float64    // one a column; 0 for categories
	Example  []table.Cell // the first row with all values, or the first row; one cell a column
	Constant []string     // columns of numbers that are all the same: they tell nothing apart
	Sample   [][]float64  // one a column, nil for categories: numbers of some rows, of all if they are few, of dropped ones too; NaN is missing
}

// Fit learns the preparation of the rows of src. It reads src twice, and once
// more for each column of numbers with Median. Statistics are summed in row order
// in float64, so that their bits depend on the rows alone. With Drop they are
// those of the rows that stay.
func Fit(ctx context.Context, src table.Source, cfg Config) (*Prep, Stats, error) {
	f, err := newFit(src.Schema(), cfg)
	if err != nil {
		return nil, Stats{}, err
	}
	if err := src.Scan(ctx, f.prep.Names(), f.first); err != nil {
		return nil, Stats{}, err
	}
	if err := f.afterFirst(src.Rows()); err != nil {
		return nil, Stats{}, err
	}
	if err := f.fill(ctx, src); err != nil {
		return nil, Stats{}, err
	}
	if f.prep.Scale == Standard {
		if err := src.Scan(ctx, f.prep.Names(), f.second); err != nil {
			return nil, Stats{}, err
		}
	}
	if err := f.scale(); err != nil {
		return nil, Stats{}, err
	}
	return f.prep, f.stats, nil
}

// Features names the columns that are features unless others are chosen.
func Features(schema table.Schema) []string {
	var names []string
	for _, c := range schema {
		if c.Role == table.Feature && c.Kind != table.Text {
			names = append(names, c.Name)
		}
	}
	return names
}

type fit struct {
	prep  *Prep
	stats Stats
	cols  []columnFit

	every  int64 // each so-many-th row is in the sample
	sample int   // rows of the sample before every second one is left out
}

// Sizes of a sample: values of all columns, and rows at least and at most.
const (
	sampleValues = 1 << 22
	sampleLeast  = 1 << 10
	sampleMost   = 1 << 15
)

// columnFit is what is known of one column so far.
type columnFit struct {
	number   bool
	count    int64   // rows with a value
	dropped  bool    // a row that was left out has a value
	missing  int64   // rows without
	sum      float64 // of what is scaled: logarithms if they are taken
	raw      float64 // sum of the numbers as they are
	log      bool
	min, max float64 // of the numbers as they are
	square   float64 // sum of squared deviations from center
	center   float64
	levels   map[string]int64
}

func newFit(schema table.Schema, cfg Config) (*fit, error) {
	p := &Prep{Missing: cfg.Missing, Scale: cfg.Scale, Unit: cfg.Unit}
	if p.Missing == "" {
		p.Missing = Drop
	}
	if p.Scale == "" {
		p.Scale = Standard
	}
	if !slices.Contains([]Missing{Drop, Mean, Median}, p.Missing) {
		return nil, fault.Fieldf("prep.missing", "The policy %q for missing values is not known; choose drop, mean or median.", p.Missing)
	}
	if !slices.Contains([]Scale{NoScale, Standard, MinMax}, p.Scale) {
		return nil, fault.Fieldf("prep.scale", "The scaling %q is not known; choose none, standard or minmax.", p.Scale)
	}
	names := cfg.Columns
	if len(names) == 0 {
		names = Features(schema)
	}
	if len(names) == 0 {
		return nil, fault.Fieldf("prep.columns", "No column is a feature. Choose at least one column of numbers or categories.")
	}
	f := &fit{prep: p}
	for _, name := range names {
		i := schema.Index(name)
		switch {
		case i < 0:
			return nil, fault.Fieldf("prep.columns", "There is no column %q. Choose from those of the table.", name)
		case schema[i].Role == table.Label:
			return nil, fault.Fieldf("prep.columns", "Column %q is the label, which clusters are compared with. Leave it out, or give it another role.", name)
		case schema[i].Kind == table.Text:
			return nil, fault.Fieldf("prep.columns", "Column %q holds text with too many different values to train on. Leave it out.", name)
		case slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Name == name }):
			return nil, fault.Fieldf("prep.columns", "Column %q is chosen twice.", name)
		}
		log := slices.Contains(cfg.Logs, name)
		if log && schema[i].Kind != table.Number {
			return nil, fault.Fieldf("prep.logs", "Column %q holds no numbers, so it has no logarithm.", name)
		}
		p.Columns = append(p.Columns, Column{Name: name, Log: log})
		f.cols = append(f.cols, columnFit{log: log, number: schema[i].Kind == table.Number, min: math.Inf(1), max: math.Inf(-1), levels: map[string]int64{}})
	}
	for _, name := range cfg.Logs {
		if !slices.Contains(names, name) {
			return nil, fault.Fieldf("prep.logs", "The logarithm of %q is asked for, but that column is not among the chosen ones.", name)
		}
	}
	f.stats.Sample = make([][]float64, len(f.cols))
	f.every, f.sample = 1, min(sampleMost, max(sampleLeast, sampleValues/len(f.cols)))
	return f, nil
}

// pick takes rows of b into the sample, every so-many-th of the table.
func (f *fit) pick(b *table.Batch) {
	for i := range b.Rows {
		row := b.First + int64(i)
		if row%f.every != 0 {
			continue
		}
		if row/f.every >= int64(f.sample) {
			f.every *= 2
			for j, s := range f.stats.Sample {
				for n := range (len(s) + 1) / 2 {
					s[n] = s[2*n]
				}
				f.stats.Sample[j] = s[:(len(s)+1)/2]
			}
			if row%f.every != 0 {
				continue
			}
		}
		for j := range f.cols {
			if f.cols[j].number {
				f.stats.Sample[j] = append(f.stats.Sample[j], b.Columns[j].Numbers[i])
			}
		}
	}
}

// first counts, sums and finds ranges and levels.
func (f *fit) first(b *table.Batch) error {
	f.pick(b)
	for i := range b.Rows {
		whole := complete(b.Columns, i)
		if f.prep.Missing == Drop && !whole {
			f.stats.Dropped++
			for j := range f.cols {
				f.cols[j].dropped = f.cols[j].dropped || has(b.Columns[j], i)
			}
			continue
		}
		if f.stats.Example == nil && whole {
			f.stats.Example = exampleOf(b.Columns, i)
		}
		f.stats.Rows++
		for j := range f.cols {
			if err := f.cols[j].add(&b.Columns[j], i); err != nil {
				return fault.Fieldf("prep.columns", "Column %q has %s in row %d. Correct it, or leave the column out.", f.prep.Columns[j].Name, err, b.First+int64(i)+1)
			}
		}
	}
	return nil
}

// infinite is the one value that has no statistics.
type infinite struct{}

func (infinite) Error() string { return "an infinite value" }

func (c *columnFit) add(v *table.Vector, i int) error {
	if !c.number {
		if s := v.Texts[i]; s != "" {
			c.count++
			c.levels[s]++
		} else {
			c.missing++
		}
		return nil
	}
	x := v.Numbers[i]
	switch {
	case math.IsNaN(x):
		c.missing++
		return nil
	case math.IsInf(x, 0):
		return infinite{}
	}
	c.count++
	c.raw += x
	c.sum += c.scaled(x)
	c.min, c.max = min(c.min, x), max(c.max, x)
	return nil
}

// scaled gives what of x is scaled.
func (c *columnFit) scaled(x float64) float64 {
	if c.log {
		return SignedLog(x)
	}
	return x
}

func exampleOf(columns []table.Vector, i int) []table.Cell {
	cells := make([]table.Cell, len(columns))
	for j, v := range columns {
		if v.Numbers != nil {
			cells[j] = table.Num(v.Numbers[i])
		} else {
			cells[j] = table.Str(v.Texts[i])
		}
	}
	return cells
}

// afterFirst refuses what can't be trained on and settles the levels.
func (f *fit) afterFirst(rows int64) error {
	if f.stats.Rows == 0 {
		if rows == 0 {
			return fault.Newf(fault.Invalid, "The table has no rows.")
		}
		for j := range f.cols {
			if !f.cols[j].dropped {
				return noValues(f.prep.Columns[j].Name)
			}
		}
		return fault.Fieldf("prep.missing", "Each of the %d rows has a missing value in a chosen column, so all would be left out. Fill them with the mean or median, or choose fewer columns.", rows)
	}
	for j := range f.cols {
		c, p := &f.cols[j], &f.prep.Columns[j]
		if c.count == 0 {
			return noValues(p.Name)
		}
		if c.number {
			if !finite(c.sum) || !finite(c.raw) && f.prep.Missing == Mean {
				return fault.Fieldf("prep.columns", "The numbers of column %q are too large to add up (up to %g). Leave it out, or divide it.", p.Name, c.max)
			}
			continue
		}
		p.Levels = make([]string, 0, len(c.levels))
		for l := range c.levels {
			p.Levels = append(p.Levels, l)
		}
		sort.Strings(p.Levels)
		if f.prep.Missing != Drop {
			for _, l := range p.Levels {
				if c.levels[l] > c.levels[p.Usual] {
					p.Usual = l
				}
			}
		}
	}
	if w := f.prep.Width(); w > MaxFeatures {
		return fault.Fieldf("prep.columns", "The chosen columns make %d features, more than %d. Leave out columns with many categories.", w, MaxFeatures)
	}
	if f.stats.Example == nil { // no row is complete: fill the usual values in
		f.stats.Example = make([]table.Cell, len(f.cols))
	}
	return nil
}

func noValues(name string) error {
	return fault.Fieldf("prep.columns", "Column %q has no values. Leave it out.", name)
}

// fill settles what stands for a missing number, and the center of each column.
func (f *fit) fill(ctx context.Context, src table.Source) error {
	for j := range f.cols {
		c, p := &f.cols[j], &f.prep.Columns[j]
		if !c.number {
			if f.stats.Example[j].Missing() {
				f.stats.Example[j] = table.Str(p.Usual)
			}
			continue
		}
		c.center = c.sum / float64(c.count)
		switch f.prep.Missing {
		case Mean:
			p.Fill = c.raw / float64(c.count)
			if c.log { // else the mean stays where it is
				c.center = (c.sum + float64(float64(c.missing)*c.scaled(p.Fill))) / float64(c.count+c.missing)
			}
		case Median:
			m, err := median(ctx, src, p.Name, c.count)
			if err != nil {
				return err
			}
			p.Fill = m
			c.center = (c.sum + float64(float64(c.missing)*c.scaled(m))) / float64(c.count+c.missing)
		}
		if f.stats.Example[j].Missing() {
			f.stats.Example[j] = table.Num(p.Fill)
		}
	}
	return nil
}

// median gives the exact median of a column; it holds the column in memory.
func median(ctx context.Context, src table.Source, name string, count int64) (float64, error) {
	values := make([]float64, 0, count)
	err := src.Scan(ctx, []string{name}, func(b *table.Batch) error {
		for _, x := range b.Columns[0].Numbers {
			if !math.IsNaN(x) {
				values = append(values, x)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2], nil
	}
	return float64(values[n/2-1]/2) + float64(values[n/2]/2), nil // never fused: same bits everywhere
}

// second sums the squared deviations of the filled columns.
func (f *fit) second(b *table.Batch) error {
	for i := range b.Rows {
		if f.prep.Missing == Drop && !complete(b.Columns, i) {
			continue
		}
		for j := range f.cols {
			c := &f.cols[j]
			if !c.number {
				continue
			}
			x := b.Columns[j].Numbers[i]
			if math.IsNaN(x) {
				x = f.prep.Columns[j].Fill
			}
			e := c.scaled(x) - c.center
			c.square += float64(e * e)
		}
	}
	return nil
}

// scale settles offsets and factors.
func (f *fit) scale() error {
	f.stats.Min, f.stats.Max = make([]float64, len(f.cols)), make([]float64, len(f.cols))
	for j := range f.cols {
		c, p := &f.cols[j], &f.prep.Columns[j]
		if !c.number {
			continue
		}
		f.stats.Min[j], f.stats.Max[j] = c.min, c.max
		p.Factor = 1
		constant := c.min == c.max
		if constant {
			f.stats.Constant = append(f.stats.Constant, p.Name)
		}
		switch {
		case f.prep.Scale == NoScale:
		case constant:
			p.Offset = c.scaled(c.min)
		case f.prep.Scale == MinMax:
			p.Offset, p.Factor = c.scaled(c.min), c.scaled(c.max)-c.scaled(c.min)
		case f.prep.Scale == Standard:
			p.Offset, p.Factor = c.center, math.Sqrt(c.square/float64(c.count+c.missing))
		}
		if p.Factor == 0 || !finite(p.Factor) {
			return fault.Fieldf("prep.columns", "The numbers of column %q, from %g to %g, are too far apart or too close together to be scaled. Leave it out, or change its unit.", p.Name, c.min, c.max)
		}
		for _, x := range []float64{c.min, c.max} {
			if !finite(float64(float32(p.value(x)))) {
				return fault.Fieldf("prep.columns", "Column %q has %g, which is too large. Scale the columns, or leave it out.", p.Name, x)
			}
		}
	}
	return nil
}
