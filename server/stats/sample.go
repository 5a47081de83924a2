package stats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// sampleRandom is the purpose of kmeans.Uniform that chooses rows.
const sampleRandom = 0x6368617274 // "chart"

// Limits of how many rows a sample has.
const (
	usualSample = 2000
	MaxSample   = 20_000
)

// strataLeast is how many rows of each level a sample shows at least, if it has
// room for that: small groups are to be seen.
const strataLeast = 10

// maxStrata is the most levels by which rows can be chosen.
const maxStrata = table.MaxLevels

// Sample says which rows are wanted.
type Sample struct {
	Columns []string // of each row; none means all
	N       int      // rows, at most MaxSample; 0 means 2,000
	Seed    uint64   // the same question has the same answer; another seed chooses other rows
	By      string   // a category, or wire.ClusterColumn with a model: each level has its share of the rows; empty means none
}

// Sample gives some rows of a version, in row order: those with the least random
// numbers of (seed, row id), of the whole table or of each level of a category.
// With a model each row has its cluster as the last cell.
func (s *Service) Sample(ctx context.Context, q Request, want Sample) (wire.SampleRows, error) {
	const op = "stats.Sample"
	out, err := s.sample(ctx, q, want)
	return out, fault.Wrap(op, err)
}

func (s *Service) sample(ctx context.Context, q Request, want Sample) (wire.SampleRows, error) {
	v, err := s.open(ctx, q)
	if err != nil {
		return wire.SampleRows{}, err
	}
	at, err := indexes(v.schema, "columns", want.Columns, anyColumn)
	if err != nil {
		return wire.SampleRows{}, err
	}
	// Columns of texts, and more than there is room for, are read for the rows alone.
	var kept []int
	for _, i := range at {
		if v.schema[i].Kind != table.Text && !slices.Contains(kept, i) {
			kept = append(kept, i)
		}
	}
	if !s.fits(v, kept) {
		kept = nil
	}
	load := kept
	if want.By != "" && !(want.By == wire.ClusterColumn && q.Model != "") {
		by, err := s.category(v, "by", want.By)
		if err != nil {
			return wire.SampleRows{}, err
		}
		load = append(slices.Clone(kept), by)
	}
	done, err := s.load(ctx, v, load, 1)
	if err != nil {
		return wire.SampleRows{}, err
	}
	defer done()
	rows, out, err := s.choose(ctx, q, v, want, nil)
	if err != nil {
		return wire.SampleRows{}, err
	}
	out.Columns = make([]string, len(at))
	out.Rows = make([]wire.Row, len(rows))
	for i, r := range rows {
		out.Rows[i] = wire.Row{ID: v.id(r), Cells: make([]table.Cell, len(at), len(at)+1)}
	}
	var rest []int // places in at
	for i, c := range at {
		out.Columns[i] = v.schema[c].Name
		k := slices.Index(kept, c)
		if k < 0 {
			rest = append(rest, i)
			continue
		}
		for j, r := range rows {
			out.Rows[j].Cells[i] = v.columns[k].cell(r)
		}
	}
	if err := s.fetch(ctx, v, at, rest, rows, out.Rows); err != nil {
		return wire.SampleRows{}, err
	}
	if q.Model != "" {
		return out, s.addGroup(ctx, q, v, Sample{By: wire.ClusterColumn}, rows, &out)
	}
	return out, nil
}

// cell gives the value of a number or a category.
func (c *column) cell(row int) table.Cell {
	switch {
	case c.kind == table.Number:
		return table.Num(c.numbers[row])
	case c.codes[row] < 0:
		return table.Cell{}
	}
	return table.Str(c.levels[c.codes[row]])
}

// answerBytes is what the texts and numbers of a sample may have, about.
const answerBytes = 64 << 20

// fetch reads cells of some rows from the table; rest is which of the columns at.
func (s *Service) fetch(ctx context.Context, v *view, at, rest, rows []int, out []wire.Row) (err error) {
	left := answerBytes - 16*len(at)*len(rows)
	tooLarge := func() error {
		return fault.Newf(fault.TooLarge, "These rows have more than %d MB. Ask for fewer rows or fewer columns.", answerBytes>>20)
	}
	if left < 0 {
		return tooLarge()
	}
	if len(rest) == 0 || len(rows) == 0 {
		return nil
	}
	t, err := s.o.Tables.Open(ctx, v.owner, v.data.ID, v.data.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	const some = 256 // columns at a time: a scan's batch has them all
	for ; len(rest) > 0; rest = rest[min(some, len(rest)):] {
		part := rest[:min(some, len(rest))]
		names := make([]string, len(part))
		for i, r := range part {
			names[i] = v.schema[at[r]].Name
		}
		next, first := 0, 0
		err := t.Scan(ctx, names, func(b *table.Batch) error {
			for ; next < len(rows) && rows[next] < first+b.Rows; next++ {
				for i, r := range part {
					c := table.Cell{}
					if vec := &b.Columns[i]; vec.Texts != nil {
						c = table.Str(string([]byte(vec.Texts[rows[next]-first])))
						left -= len(vec.Texts[rows[next]-first])
					} else {
						c = table.Num(vec.Numbers[rows[next]-first])
					}
					out[next].Cells[r] = c
				}
			}
			if left < 0 {
				return tooLarge()
			}
			if first += b.Rows; next == len(rows) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
	}
	return nil
}

// category finds a column by whose levels rows can be told apart.
func (s *Service) category(v *view, field, name string) (int, error) {
	i := v.schema.Index(name)
	switch {
	case i < 0 && name == wire.ClusterColumn:
		return 0, fault.Fieldf(field, "There is no column %q. Name a model to choose by its clusters.", name)
	case i < 0:
		return 0, fault.Fieldf(field, "There is no column %q.", name)
	case v.schema[i].Kind != table.Category:
		return 0, fault.Fieldf(field, "Column %q is no category. Choose a category, or read the column as one.", name)
	}
	return i, nil
}

// group gives the level of each row that name tells apart: a loaded category, or the clusters.
func (s *Service) group(ctx context.Context, q Request, v *view, name string) (*column, error) {
	if q.Model == "" || name != wire.ClusterColumn {
		have, err := s.columnsOf(ctx, v, []string{name})
		if err != nil {
			return nil, err
		}
		return have[0], nil
	}
	return s.clusters(ctx, q, v)
}

// clusters gives the clusters of a model as a category.
func (s *Service) clusters(ctx context.Context, q Request, v *view) (*column, error) {
	key := wire.ClusterColumn + "\x00" + q.Owner + "\x00" + q.Model // no column's name has it
	if have := s.cache.have(v.frame, []string{key}); have[0] != nil {
		return have[0], nil
	}
	if s.o.Clusters == nil {
		return nil, fault.Fieldf("model", "There is no model %q.", q.Model)
	}
	c := &column{name: key, kind: table.Category, codes: make([]int32, v.rows)}
	for i := range c.codes {
		c.codes[i] = -1
	}
	dataset, k, err := s.o.Clusters.Clusters(ctx, q.Owner, q.Model, func(row int64, cluster int) {
		if i, ok := v.index(row); ok {
			c.codes[i] = int32(cluster)
		}
	})
	if err != nil {
		return nil, err
	}
	if dataset != v.data.ID {
		return nil, fault.Fieldf("model", "The model was trained on another dataset, so it has no clusters of these rows.")
	}
	for i := range k {
		c.levels = append(c.levels, strconv.Itoa(i))
	}
	s.cache.keep(v.frame, []*column{c})
	return c, nil
}

// addGroup adds to each row of a sample the level or the cluster that it has.
func (s *Service) addGroup(ctx context.Context, q Request, v *view, want Sample, rows []int, out *wire.SampleRows) error {
	if want.By == "" {
		return nil
	}
	g, err := s.group(ctx, q, v, want.By)
	if err != nil {
		return err
	}
	out.Columns = append(out.Columns, want.By)
	for i, r := range rows {
		c := g.cell(r)
		if g.codes[r] >= 0 && want.By == wire.ClusterColumn && q.Model != "" {
			c = table.Num(float64(g.codes[r]))
		}
		out.Rows[i].Cells = append(out.Rows[i].Cells, c)
	}
	return nil
}

// choose picks rows of a view, in row order, and says how. usable marks those
// that can be shown; nil means all.
func (s *Service) choose(ctx context.Context, q Request, v *view, want Sample, usable []bool) ([]int, wire.SampleRows, error) {
	n := want.N
	if n <= 0 {
		n = usualSample
	}
	return s.pick(ctx, q, v, want, min(n, MaxSample), usable)
}

// pick is choose of any number of rows.
func (s *Service) pick(ctx context.Context, q Request, v *view, want Sample, n int, usable []bool) ([]int, wire.SampleRows, error) {
	out := wire.SampleRows{Of: v.data.Rows, By: want.By}
	var g *column
	sizes := make([]int, 1)
	if want.By != "" {
		var err error
		if g, err = s.group(ctx, q, v, want.By); err != nil {
			return nil, out, err
		}
		if len(g.levels) > maxStrata {
			return nil, out, fault.Fieldf("by", "Column %q has %d levels, more than the %d by which rows can be chosen.", want.By, len(g.levels), maxStrata)
		}
		sizes = make([]int, len(g.levels)+1)
	}
	stratum := func(row int) int { // rows without a level are the last
		if g == nil {
			return 0
		}
		if c := g.codes[row]; c >= 0 {
			return int(c)
		}
		return len(sizes) - 1
	}
	usableRows := 0
	for i := range v.rows {
		if usable == nil || usable[i] {
			sizes[stratum(i)]++
			usableRows++
		}
	}
	quota := quotas(sizes, n)
	rows, err := s.least(ctx, v, want.Seed, sizes, quota, stratum, usable)
	if err != nil {
		return nil, out, err
	}
	if g != nil {
		for i, size := range sizes {
			if size == 0 {
				continue
			}
			st := wire.Stratum{Rows: int64(size), Shown: int64(quota[i])}
			if i < len(g.levels) {
				st.Value = g.levels[i]
			}
			out.Strata = append(out.Strata, st)
		}
		slices.SortFunc(out.Strata, func(a, b wire.Stratum) int {
			return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value))
		})
	}
	out.Chosen = chosenWords(len(rows), usableRows, v.rows, want, quota)
	return rows, out, nil
}

func chosenWords(n, usable, all int, want Sample, quota []int) string {
	left := ""
	if usable < all {
		left = fmt.Sprintf(" %d rows with a missing or infinite value are left out.", all-usable)
	}
	switch {
	case n == usable:
		return fmt.Sprintf("All %d rows.", n) + left
	case want.By == "":
		return fmt.Sprintf("%d of %d rows, chosen at random with seed %d, each with the same chance.", n, usable, want.Seed) + left
	}
	return fmt.Sprintf("%d of %d rows, chosen at random with seed %d: of each %s its share of the rows, but at least %d, or all that it has.", n, usable, want.Seed, want.By, leastOf(len(quota), n)) + left
}

// leastOf is how many rows each of some strata has at least among n.
func leastOf(strata, n int) int { return min(strataLeast, n/max(1, 2*strata)) }

// quotas shares n rows out in proportion to sizes, by largest remainders. Who
// would have less than a least number has that, or all that there is.
func quotas(sizes []int, n int) []int {
	total := 0
	for _, s := range sizes {
		total += s
	}
	out := make([]int, len(sizes))
	if n >= total {
		copy(out, sizes)
		return out
	}
	least := 0
	if len(sizes) > 1 {
		least = leastOf(len(sizes), n)
	}
	fixed := make([]bool, len(sizes))
	left, rest := n, total // rows and sizes of those that are not fixed
	share := func(i int) float64 { return float64(left) * float64(sizes[i]) / float64(rest) }
	for again := true; again; {
		again = false
		for i, s := range sizes {
			if !fixed[i] && (s == 0 || share(i) < float64(min(s, least))) {
				fixed[i], out[i] = true, min(s, least)
				left, rest, again = left-out[i], rest-s, true
			}
		}
	}
	type remainder struct {
		i    int
		part float64
	}
	var parts []remainder
	given := 0
	for i := range sizes {
		if !fixed[i] {
			out[i] = int(share(i))
			given += out[i]
			parts = append(parts, remainder{i, share(i) - float64(out[i])})
		}
	}
	slices.SortStableFunc(parts, func(a, b remainder) int { return cmp.Compare(b.part, a.part) })
	for _, p := range parts {
		if given < left && out[p.i] < sizes[p.i] {
			out[p.i]++
			given++
		}
	}
	return out
}

// chance is a row with its random number.
type chance struct {
	row int
	u   float64
}

// least gives of each stratum as many rows as its quota, with the least random
// numbers, ties by id; all in row order.
func (s *Service) least(ctx context.Context, v *view, seed uint64, sizes, quota []int, stratum func(int) int, usable []bool) ([]int, error) {
	all := true
	limit := make([]float64, len(sizes)) // above which a row has hardly a chance
	for i := range sizes {
		if quota[i] < sizes[i] {
			all = false
		}
		q := float64(quota[i])
		limit[i] = (q + 10*math.Sqrt(q) + 20) / float64(max(1, sizes[i]))
	}
	parts := make([][][]chance, blocks(v.rows))
	if err := s.each(ctx, len(parts), func(b int) error {
		parts[b] = make([][]chance, len(sizes))
		lo, hi := bounds(b, v.rows)
		for i := lo; i < hi; i++ {
			if usable != nil && !usable[i] {
				continue
			}
			st, u := stratum(i), 0.0
			if !all {
				if u = kmeans.Uniform(seed, sampleRandom, uint64(v.id(i))); u > limit[st] {
					continue
				}
			}
			parts[b][st] = append(parts[b][st], chance{i, u})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var rows []int
	for st := range sizes {
		var got []chance
		for b := range parts {
			got = append(got, parts[b][st]...)
		}
		if len(got) < quota[st] { // one chance in billions: take all
			got = got[:0]
			for i := range v.rows {
				if stratum(i) == st && (usable == nil || usable[i]) {
					got = append(got, chance{i, kmeans.Uniform(seed, sampleRandom, uint64(v.id(i)))})
				}
			}
		}
		slices.SortFunc(got, func(a, b chance) int { return cmp.Or(cmp.Compare(a.u, b.u), cmp.Compare(a.row, b.row)) })
		for _, c := range got[:quota[st]] {
			rows = append(rows, c.row)
		}
	}
	slices.Sort(rows)
	return rows, nil
}
