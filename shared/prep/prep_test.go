package prep_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/table"
)

// columns is a table in memory that gives batches of a few rows.
type columns struct {
	schema table.Schema
	data   []table.Vector
	rows   int
	size   int // of a batch
}

func (c *columns) Schema() table.Schema { return c.schema }
func (c *columns) Rows() int64          { return int64(c.rows) }
func (c *columns) Scan(ctx context.Context, names []string, fn func(*table.Batch) error) error {
	for lo := 0; lo < c.rows; lo += c.size {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		hi := min(lo+c.size, c.rows)
		b := table.Batch{First: int64(lo), Rows: hi - lo}
		for _, n := range names {
			v := c.data[c.schema.Index(n)]
			if v.Numbers != nil {
				v.Numbers = v.Numbers[lo:hi]
			} else {
				v.Texts = v.Texts[lo:hi]
			}
			b.Columns = append(b.Columns, v)
		}
		if err := fn(&b); err != nil {
			return err
		}
	}
	return nil
}

func (c *columns) number(name string, values ...float64) *columns {
	c.schema = append(c.schema, table.Column{Name: name, Kind: table.Number, Role: table.Feature})
	c.data, c.rows = append(c.data, table.Vector{Numbers: values}), len(values)
	return c
}

func (c *columns) text(name string, kind table.Kind, role table.Role, values ...string) *columns {
	c.schema = append(c.schema, table.Column{Name: name, Kind: kind, Role: role})
	c.data, c.rows = append(c.data, table.Vector{Texts: values}), len(values)
	return c
}

func (c *columns) row(names []string, i int) []table.Cell {
	var cells []table.Cell
	for _, n := range names {
		if v := c.data[c.schema.Index(n)]; v.Numbers != nil {
			cells = append(cells, table.Num(v.Numbers[i]))
		} else {
			cells = append(cells, table.Str(v.Texts[i]))
		}
	}
	return cells
}

var nan = math.NaN()

func fit(t *testing.T, src table.Source, cfg prep.Config) (*prep.Prep, prep.Stats) {
	t.Helper()
	p, s, err := prep.Fit(t.Context(), src, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

func TestFitNumbers(t *testing.T) {
	for _, c := range []struct {
		name                 string
		scale                prep.Scale
		missing              prep.Missing
		values               []float64
		offset, factor, fill float64
	}{
		{"none", prep.NoScale, prep.Drop, []float64{1, 2, 6}, 0, 1, 0},
		{"standard", prep.Standard, prep.Drop, []float64{2, 4, 4, 4, 5, 5, 7, 9}, 5, 2, 0},
		{"minmax", prep.MinMax, prep.Drop, []float64{3, -1, 7}, -1, 8, 0},
		{"default", "", "", []float64{2, 4, 4, 4, 5, 5, 7, 9}, 5, 2, 0},
		{"dropped rows do not count", prep.Standard, prep.Drop, []float64{2, nan, 4, 4, 4, 5, 5, 7, 9, nan}, 5, 2, 0},
		{"mean", prep.Standard, prep.Mean, []float64{1, nan, 3, nan}, 2, math.Sqrt(.5), 2},
		{"mean, minmax", prep.MinMax, prep.Mean, []float64{1, nan, 3, nan}, 1, 2, 2},
		{"even median", prep.NoScale, prep.Median, []float64{10, 1, nan, 2, 3}, 0, 1, 2.5},
		{"odd median", prep.Standard, prep.Median, []float64{9, nan, 0, 3}, 3.75, math.Sqrt((5.25*5.25 + .75*.75*2 + 3.75*3.75) / 4), 3},
		{"constant", prep.Standard, prep.Drop, []float64{.1, .1, .1}, .1, 1, 0},
		{"constant, minmax", prep.MinMax, prep.Drop, []float64{7, 7}, 7, 1, 0},
		{"one row", prep.Standard, prep.Drop, []float64{4}, 4, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, s := fit(t, (&columns{size: 3}).number("x", c.values...), prep.Config{Scale: c.scale, Missing: c.missing})
			if got := p.Columns[0]; got.Offset != c.offset || math.Abs(got.Factor-c.factor) > 1e-15*c.factor || got.Fill != c.fill {
				t.Errorf("column = %+v, want offset %v, factor %v, fill %v", got, c.offset, c.factor, c.fill)
			}
			if constant := strings.HasPrefix(c.name, "constant") || c.name == "one row"; constant != (len(s.Constant) == 1) {
				t.Errorf("constant columns: %q", s.Constant)
			}
		})
	}
}

func TestFitStats(t *testing.T) {
	src := (&columns{size: 2}).number("x", nan, 5, 1, 3).text("c", table.Category, table.Feature, "b", "", "a", "b").number("y", 1, 2, 3, 4)
	p, s := fit(t, src, prep.Config{Columns: []string{"c", "x"}})
	if s.Rows != 2 || s.Dropped != 2 || s.Min[1] != 1 || s.Max[1] != 3 {
		t.Errorf("stats = %+v, want 2 rows, 2 dropped, x from 1 to 3", s)
	}
	if s.Example[0].String() != "a" || s.Example[1].String() != "1" {
		t.Errorf("example = %v, want the first whole row", s.Example)
	}
	if got := p.FeatureNames(); !slices.Equal(got, []string{"c=a", "c=b", "x"}) || p.Width() != 3 {
		t.Errorf("features %q", got)
	}
	p, s = fit(t, src, prep.Config{Columns: []string{"c", "x"}, Missing: prep.Median})
	if s.Rows != 4 || s.Dropped != 0 || p.Columns[0].Usual != "b" || p.Columns[1].Fill != 3 || s.Max[1] != 5 {
		t.Errorf("prep = %+v, stats = %+v", p, s)
	}
	// Levels of dropped rows make no features, ties of the usual level go to the first.
	p, _ = fit(t, (&columns{size: 9}).number("x", nan, 1, 2).text("c", table.Category, table.Feature, "z", "b", "a"), prep.Config{Columns: []string{"x", "c"}})
	if !slices.Equal(p.Columns[1].Levels, []string{"a", "b"}) || p.Columns[1].Usual != "" {
		t.Errorf("levels %q, usual %q", p.Columns[1].Levels, p.Columns[1].Usual)
	}
	p, _ = fit(t, (&columns{size: 9}).text("c", table.Category, table.Feature, "b", "a", ""), prep.Config{Missing: prep.Mean})
	if p.Columns[0].Usual != "a" {
		t.Errorf("usual level %q, want a", p.Columns[0].Usual)
	}
}

func TestFitFaults(t *testing.T) {
	inf := math.Inf(-1)
	wide := &columns{size: 9}
	names := make([]string, prep.MaxFeatures+1)
	for i := range names {
		names[i] = strings.Repeat("x", i/1000+1) + string(rune('a'+i%1000))
	}
	wide.text("c", table.Category, table.Feature, names...)
	base := func() *columns {
		return (&columns{size: 2}).number("x", 1, 2, 3).text("t", table.Text, table.Feature, "a", "b", "c").text("l", table.Category, table.Label, "a", "b", "c")
	}
	for name, c := range map[string]struct {
		src   *columns
		cfg   prep.Config
		field string
		msg   string
	}{
		"unknown":              {base(), prep.Config{Columns: []string{"y"}}, "prep.columns", `no column "y"`},
		"text":                 {base(), prep.Config{Columns: []string{"t"}}, "prep.columns", `"t" holds text`},
		"label":                {base(), prep.Config{Columns: []string{"l"}}, "prep.columns", `"l" is the label`},
		"twice":                {base(), prep.Config{Columns: []string{"x", "x"}}, "prep.columns", "twice"},
		"none":                 {(&columns{size: 1}).text("t", table.Text, table.Feature, "a"), prep.Config{}, "prep.columns", "No column is a feature"},
		"scale":                {base(), prep.Config{Scale: "log"}, "prep.scale", `"log"`},
		"missing":              {base(), prep.Config{Missing: "zero"}, "prep.missing", `"zero"`},
		"empty table":          {(&columns{size: 1}).number("x"), prep.Config{}, "", "no rows"},
		"all missing":          {(&columns{size: 1}).number("x", 1, 2).number("y", nan, nan), prep.Config{Missing: prep.Mean}, "prep.columns", `"y" has no values`},
		"all missing, dropped": {(&columns{size: 1}).number("x", 1, 2).text("y", table.Category, table.Feature, "", ""), prep.Config{}, "prep.columns", `"y" has no values`},
		"all dropped":          {(&columns{size: 1}).number("x", 1, nan).number("y", nan, 1), prep.Config{}, "prep.missing", "Each of the 2 rows"},
		"infinite":             {(&columns{size: 2}).number("x", 1, 2, 3, inf), prep.Config{}, "prep.columns", `"x" has an infinite value in row 4`},
		"too large sum":        {(&columns{size: 2}).number("x", 1e308, 1e308), prep.Config{}, "prep.columns", "too large to add up"},
		"beyond float":         {(&columns{size: 2}).number("x", 1, 1e39), prep.Config{Scale: prep.NoScale}, "prep.columns", "1e+39"},
		"too far apart":        {(&columns{size: 2}).number("x", 1e200, -1e200), prep.Config{}, "prep.columns", "too far apart"},
		"too wide":             {wide, prep.Config{}, "prep.columns", "more than 20000"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := prep.Fit(t.Context(), c.src, c.cfg)
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Code != fault.Invalid || e.Field != c.field || !strings.Contains(e.Msg, c.msg) {
				t.Errorf("Fit = %+v, want field %q and %q", err, c.field, c.msg)
			}
		})
	}
}

func TestFitIsCancelled(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, _, err := prep.Fit(ctx, (&columns{size: 1}).number("x", 1, 2), prep.Config{}); !errors.Is(err, why) {
		t.Errorf("Fit = %v, want the cause", err)
	}
}

// random makes a table of all that a table may hold.
func random(r *rand.Rand) *columns {
	n := 1 + r.IntN(60)
	c := &columns{size: 1 + r.IntN(20)}
	for j := range 1 + r.IntN(3) {
		scale := math.Pow(10, float64(r.IntN(30)-15))
		v := make([]float64, n)
		for i := range v {
			if v[i] = scale * (r.NormFloat64() + float64(r.IntN(2))*1e3); i > 0 && r.IntN(8) == 0 {
				v[i] = nan
			}
		}
		c.number("x"+string(rune('0'+j)), v...)
	}
	for j := range r.IntN(3) {
		v := make([]string, n)
		for i := range v {
			if v[i] = string(rune('a' + r.IntN(4))); i > 0 && r.IntN(8) == 0 {
				v[i] = ""
			}
		}
		c.text("c"+string(rune('0'+j)), table.Category, table.Feature, v...)
	}
	return c
}

// Row and Batch give the same bits, batches of any size give the same statistics,
// and Vector takes back what Original gives.
func TestRowIsBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		src := random(r)
		cfg := prep.Config{
			Scale:   []prep.Scale{prep.NoScale, prep.Standard, prep.MinMax}[r.IntN(3)],
			Missing: []prep.Missing{prep.Drop, prep.Mean, prep.Median}[r.IntN(3)],
		}
		p, s := fit(t, src, cfg)
		other := *src
		other.size = 1000
		if q, _ := fit(t, &other, cfg); !equal(p, q) {
			t.Fatalf("in batches of %d: %+v, in one: %+v", src.size, p, q)
		}
		var rows int64
		err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error {
			vectors, kept := p.Batch(b, nil, nil)
			rows += int64(len(kept))
			for i := range b.Rows {
				row, err := p.Row(src.row(p.Names(), int(b.First)+i), nil)
				if len(kept) == 0 || kept[0] != i {
					if fault.CodeOf(err) != fault.Invalid || cfg.Missing != prep.Drop {
						t.Fatalf("row %d is not in the batch, but Row = %v, %v", i, row, err)
					}
					continue
				}
				if err != nil || !slices.EqualFunc(row, vectors[:p.Width()], func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
					t.Fatalf("Row = %v, %v, Batch has %v", row, err, vectors[:p.Width()])
				}
				kept, vectors = kept[1:], vectors[p.Width():]
				center := make([]float64, len(row))
				for f, v := range row {
					center[f] = float64(v)
				}
				back, err := p.Vector(p.Original(center), nil)
				if err != nil {
					t.Fatal(err)
				}
				for f := range back {
					// The offset may be far larger than the scale.
					if math.Abs(back[f]-center[f]) > 1e-9*(1+math.Abs(center[f])) {
						t.Fatalf("Vector(Original(%v)) = %v", center, back)
					}
				}
			}
			return nil
		})
		if err != nil || rows != s.Rows || rows+s.Dropped != src.Rows() {
			t.Fatalf("%v: %d vectors, stats %+v", err, rows, s)
		}
	}
}

func equal(a, b *prep.Prep) bool {
	return a.Missing == b.Missing && a.Scale == b.Scale && slices.EqualFunc(a.Columns, b.Columns, func(x, y prep.Column) bool {
		return x.Name == y.Name && x.Offset == y.Offset && x.Factor == y.Factor && x.Fill == y.Fill && x.Usual == y.Usual && slices.Equal(x.Levels, y.Levels)
	})
}

func TestRowFaults(t *testing.T) {
	p := &prep.Prep{Missing: prep.Drop, Scale: prep.NoScale, Columns: []prep.Column{{Name: "x", Factor: 1}, {Name: "c", Levels: []string{"1", "b"}}}}
	for name, c := range map[string]struct {
		cells []table.Cell
		want  []float32
		field string
	}{
		"whole":       {[]table.Cell{table.Num(2), table.Str("b")}, []float32{2, 0, 1}, ""},
		"unknown":     {[]table.Cell{table.Num(2), table.Str("z")}, []float32{2, 0, 0}, ""},
		"number":      {[]table.Cell{table.Num(2), table.Num(1)}, []float32{2, 1, 0}, ""},
		"too few":     {[]table.Cell{table.Num(2)}, nil, ""},
		"no number":   {[]table.Cell{{}, table.Str("b")}, nil, "x"},
		"no level":    {[]table.Cell{table.Num(2), {}}, nil, "c"},
		"NaN":         {[]table.Cell{{Number: &nan}, table.Str("b")}, nil, "x"},
		"empty text":  {[]table.Cell{table.Num(2), {Text: new(string)}}, nil, "c"},
		"text":        {[]table.Cell{table.Str("2"), table.Str("b")}, nil, "x"},
		"infinite":    {[]table.Cell{table.Num(math.Inf(1)), table.Str("b")}, nil, "x"},
		"beyond":      {[]table.Cell{table.Num(-4e38), table.Str("b")}, nil, "x"},
		"just inside": {[]table.Cell{table.Num(math.MaxFloat32), table.Str("b")}, []float32{math.MaxFloat32, 0, 1}, ""},
	} {
		got, err := p.Row(c.cells, nil)
		if e, _ := errors.AsType[*fault.Error](err); c.want == nil && (e == nil || e.Code != fault.Invalid || e.Field != c.field) || c.want != nil && !slices.Equal(got, c.want) {
			t.Errorf("%s: Row = %v, %v, want %v, field %q", name, got, err, c.want, c.field)
		}
	}
	p.Missing, p.Columns[0].Fill, p.Columns[1].Usual = prep.Mean, 7, "1"
	if got, err := p.Row([]table.Cell{{}, {}}, nil); err != nil || !slices.Equal(got, []float32{7, 1, 0}) {
		t.Errorf("filled Row = %v, %v", got, err)
	}
}

// No memory for a row: batches of a million are prepared in one buffer.
func TestBatchDoesNotAllocate(t *testing.T) {
	src := (&columns{size: 1000}).number("x", make([]float64, 1000)...).text("c", table.Category, table.Feature, slices.Repeat([]string{"a", "b"}, 500)...)
	p := &prep.Prep{Missing: prep.Drop, Scale: prep.NoScale, Columns: []prep.Column{{Name: "x", Factor: 1}, {Name: "c", Levels: []string{"a", "b"}}}}
	b := &table.Batch{Rows: 1000, Columns: src.data}
	vectors, kept := p.Batch(b, nil, nil)
	if n := testing.AllocsPerRun(10, func() { vectors, kept = p.Batch(b, vectors[:0], kept[:0]) }); n > 0 {
		t.Errorf("Batch allocates %v times", n)
	}
}

// Unit vectors have length 1, the same bits row by row and in batches; zeros have no direction.
func TestUnit(t *testing.T) {
	src := (&columns{size: 2}).number("x", 3, 0, -5, 1e30).number("y", 4, 0, 0, -1e30)
	p, _ := fit(t, src, prep.Config{Scale: prep.NoScale, Unit: true})
	at := 0
	err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error {
		vectors, _ := p.Batch(b, nil, nil)
		if at == 0 && p.Directionless(vectors) != 1 {
			t.Errorf("Directionless(%v) = %d, want 1", vectors, p.Directionless(vectors))
		}
		for i := range b.Rows {
			row, err := p.Row(src.row(p.Names(), at), nil)
			if at == 1 {
				if fault.CodeOf(err) != fault.Invalid {
					t.Errorf("Row of zeros: %v, want fault.Invalid", err)
				}
			} else if err != nil || !slices.Equal(row, vectors[2*i:2*i+2]) {
				t.Errorf("Row %d = %v, %v, Batch gives %v", at, row, err, vectors[2*i:2*i+2])
			}
			at++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if row, _ := p.Row([]table.Cell{table.Num(3), table.Num(4)}, nil); !slices.Equal(row, []float32{.6, .8}) {
		t.Errorf("Row(3, 4) = %v, want .6, .8", row)
	}
}

// A column whose logarithm is taken is prepared as one that holds logarithms, but
// that gaps are filled before, and that it goes back to original units.
func TestLogs(t *testing.T) {
	raw := []float64{0, 3, -8, 1e6, math.NaN(), 20}
	for _, scale := range []prep.Scale{prep.NoScale, prep.Standard, prep.MinMax} {
		for _, missing := range []prep.Missing{prep.Drop, prep.Mean, prep.Median} {
			fill := map[prep.Missing]float64{prep.Mean: (3 - 8 + 1e6 + 20) / 5., prep.Median: 3}[missing]
			logs := make([]float64, len(raw))
			for i, x := range raw {
				if math.IsNaN(x) && missing != prep.Drop {
					x = fill
				}
				logs[i] = prep.SignedLog(x)
			}
			src := (&columns{size: 4}).number("x", raw...)
			p, s, err := prep.Fit(t.Context(), src, prep.Config{Scale: scale, Missing: missing, Logs: []string{"x"}})
			if err != nil {
				t.Fatal(err)
			}
			want, _, err := prep.Fit(t.Context(), (&columns{size: 4}).number("x", logs...), prep.Config{Scale: scale, Missing: prep.Drop})
			if err != nil {
				t.Fatal(err)
			}
			c, w := p.Columns[0], want.Columns[0]
			if !c.Log || math.Abs(c.Offset-w.Offset) > 1e-14*math.Abs(w.Offset) || math.Abs(c.Factor-w.Factor) > 1e-14*w.Factor || c.Fill != fill {
				t.Errorf("%s, %s: %+v, want %+v with the logarithm, filled with %v", scale, missing, c, w, fill)
			}
			if s.Min[0] != -8 || s.Max[0] != 1e6 {
				t.Errorf("%s, %s: from %v to %v, want the numbers as they are", scale, missing, s.Min[0], s.Max[0])
			}
			for _, x := range raw {
				if math.IsNaN(x) {
					continue
				}
				v, err := p.Vector([]table.Cell{table.Num(x)}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if back := *p.Original(v)[0].Number; math.Abs(back-x) > 1e-12*max(1, math.Abs(x)) {
					t.Errorf("%s, %s: %v comes back as %v", scale, missing, x, back)
				}
			}
		}
	}
	two := func() *columns {
		return (&columns{size: 4}).number("x", 1, 2).text("c", table.Category, table.Feature, "a", "b")
	}
	for name, cfg := range map[string]prep.Config{"a category": {Logs: []string{"c"}}, "not chosen": {Columns: []string{"c"}, Logs: []string{"x"}}, "unknown": {Logs: []string{"z"}}} {
		if _, _, err := prep.Fit(t.Context(), two(), cfg); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: Fit() = %v, want invalid", name, err)
		}
	}
	bad := prep.Prep{Missing: prep.Drop, Scale: prep.NoScale, Columns: []prep.Column{{Name: "c", Log: true, Levels: []string{"a"}}}}
	if bad.Validate() == nil {
		t.Error("Validate() takes the logarithm of a category")
	}
}
