package main

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// stepList is the steps of a command line, in their order.
type stepList struct {
	steps   []wire.Step
	awaited string                   // operation of a step before them, which arguments tell
	more    []func(*wire.Step) error // what flags say of that step
}

// say changes the step that was told last, which must have the operation.
func (l *stepList) say(op string, set func(*wire.Step) error) error {
	switch n := len(l.steps); {
	case n > 0 && l.steps[n-1].Op == op:
		return set(&l.steps[n-1])
	case n == 0 && l.awaited == op:
		l.more = append(l.more, set)
		return nil
	}
	return fault.Newf(fault.Invalid, "it must follow the %s that it is about", op)
}

// begin puts the awaited step before the others.
func (l *stepList) begin(s wire.Step) error {
	for _, set := range l.more {
		if err := set(&s); err != nil {
			return err
		}
	}
	l.steps = append([]wire.Step{s}, l.steps...)
	return nil
}

// stepFlag is a flag that adds a step, or says more of one.
type stepFlag struct {
	kind string
	set  func(string) error
}

// Set is called where the flag stands.
func (f stepFlag) Set(s string) error { return f.set(s) }

// String gives no default.
func (f stepFlag) String() string { return "" }

// Type names the kind of value in the help.
func (f stepFlag) Type() string { return f.kind }

// verb is a step of the command line: a flag, and a command of its own.
type verb struct {
	name, op, kind, help string
	read                 func(string) (wire.Step, error)
	bare                 string // what the flag means without a value; "" if it needs one
}

// verbs is those with one value. Other tables are named by their files until they are opened.
var verbs = []verb{
	{"select", frame.Select, "columns", "keep these columns: a,b", ofColumns(frame.Select), ""},
	{"drop", frame.Drop, "columns", "leave columns out", ofColumns(frame.Drop), ""},
	{"filter", frame.Filter, "sql", "keep the rows for which an SQL condition holds: \"a > 3\"", func(s string) (wire.Step, error) { return wire.Step{Op: frame.Filter, Expr: s}, nil }, ""},
	{"sort", frame.Sort, "columns", "order the rows: a,-b is by a, then by b downwards", readSort, ""},
	{"with-column", frame.WithColumn, "name=sql", "add a column, or replace it: \"ratio=a / b\"", readWith, ""},
	{"rename", frame.Rename, "old=new", "give columns other names: a=b,c=d", readRename, ""},
	{"dropna", frame.DropNA, "columns", "leave out rows with a missing value in one of these columns, or in any", readAny(frame.DropNA), "*"},
	{"fillna", frame.FillNA, "value", "put a value where one is missing: a number into columns of numbers, a text into the others", readFill, ""},
	{"sample", frame.Sample, "share|rows", "some of the rows: 0.1 is about a tenth, 100 is so many", readSample, ""},
	{"distinct", frame.Distinct, "columns", "keep the first of the rows that are equal in these columns, or in all", readAny(frame.Distinct), "*"},
	{"limit", frame.Limit, "rows", "keep the first rows", readLimit, ""},
	{"map", frame.Map, "name=sql", "compute all columns anew: \"x=a + 1; y=upper(b)\"", ofExprs(frame.Map), ""},
	{"reduce", frame.Reduce, "name=sql", "make one row of all, by SQL aggregates: \"total=sum(a); n=count(*)\"", ofExprs(frame.Reduce), ""},
	{"group-by", frame.GroupBy, "columns", "group; --agg says what of each group", ofColumns(frame.GroupBy), ""},
	{"union", frame.Union, "file", "put the rows of another file after these", ofFile(frame.Union), ""},
	{"join", frame.Join, "file", "put rows of another file beside these; --on says by which columns", ofFile(frame.Join), ""},
}

// flags makes all verbs flags that add to the steps.
func (l *stepList) flags(f *pflag.FlagSet) {
	for _, v := range verbs {
		f.VarPF(stepFlag{v.kind, func(s string) error {
			step, err := v.read(s)
			if err == nil {
				l.steps = append(l.steps, step)
			}
			return err
		}}, v.name, "", v.help).NoOptDefVal = v.bare
	}
	more := func(name, kind, op, help string, set func(s *wire.Step, value string) error) {
		f.Var(stepFlag{kind, func(value string) error {
			return l.say(op, func(s *wire.Step) error { return set(s, value) })
		}}, name, help)
	}
	more("on", "columns", frame.Join, "columns of --join that must be equal", func(s *wire.Step, v string) (err error) { s.Columns, err = list(v); return err })
	more("how", "kind", frame.Join, "kind of --join: inner, left, right, full, semi, anti or cross", func(s *wire.Step, v string) error { s.How = v; return nil })
	more("agg", "aggregates", frame.GroupBy, "of --group-by: \"count, mean(a) as m, quantile(a, 0.9)\"", func(s *wire.Step, v string) (err error) { s.Aggs, err = readAggs(v); return err })
	more("seed", "number", frame.Sample, "of --sample: the same one draws the same rows", func(s *wire.Step, v string) (err error) {
		s.Seed, err = strconv.ParseInt(v, 10, 64)
		return err
	})
}

// list reads names as a line of CSV has them.
func list(s string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(s))
	r.LazyQuotes, r.TrimLeadingSpace = true, true
	names, err := r.Read()
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "want names with commas between; one with a comma stands in double quotes")
	}
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names, nil
}

func ofColumns(op string) func(string) (wire.Step, error) {
	return func(s string) (wire.Step, error) {
		names, err := list(s)
		return wire.Step{Op: op, Columns: names}, err
	}
}

func readAny(op string) func(string) (wire.Step, error) {
	return func(s string) (wire.Step, error) {
		if s == "*" {
			return wire.Step{Op: op}, nil
		}
		return ofColumns(op)(s)
	}
}

// ofFile names the other table by its file, until it is opened.
func ofFile(op string) func(string) (wire.Step, error) {
	return func(s string) (wire.Step, error) {
		return wire.Step{Op: op, Other: []wire.Step{{Op: frame.Table, Dataset: s}}}, nil
	}
}

func readSort(s string) (wire.Step, error) {
	names, err := list(s)
	step := wire.Step{Op: frame.Sort}
	for _, name := range names {
		key, desc := strings.CutPrefix(name, "-")
		step.Sort = append(step.Sort, wire.SortKey{Column: key, Desc: desc})
	}
	return step, err
}

func readWith(s string) (wire.Step, error) {
	e, err := readExpr(s)
	return wire.Step{Op: frame.WithColumn, Name: e.As, Expr: e.Expr}, err
}

func readExpr(s string) (wire.NamedExpr, error) {
	name, expr, ok := strings.Cut(s, "=")
	if name, expr = strings.TrimSpace(name), strings.TrimSpace(expr); !ok || name == "" || expr == "" {
		return wire.NamedExpr{}, fault.Newf(fault.Invalid, "want name=expression")
	}
	return wire.NamedExpr{As: name, Expr: expr}, nil
}

// ofExprs reads name=sql; name=sql. A semicolon in quotes separates nothing.
func ofExprs(op string) func(string) (wire.Step, error) {
	return func(s string) (wire.Step, error) {
		step := wire.Step{Op: op}
		for _, part := range splitOutside(s, ';') {
			e, err := readExpr(part)
			if err != nil {
				return step, err
			}
			step.Exprs = append(step.Exprs, e)
		}
		return step, nil
	}
}

// splitOutside cuts s at a separator that stands in no quotes and no parentheses.
func splitOutside(s string, at rune) []string {
	var parts []string
	var quote rune
	depth, begin := 0, 0
	for i, c := range s {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == at && depth <= 0:
			parts = append(parts, s[begin:i])
			begin = i + len(string(c))
		}
	}
	return append(parts, s[begin:])
}

func readRename(s string) (wire.Step, error) {
	pairs, err := list(s)
	step := wire.Step{Op: frame.Rename}
	for _, pair := range pairs {
		from, to, ok := strings.Cut(pair, "=")
		if !ok {
			return step, fault.Newf(fault.Invalid, "want old=new")
		}
		step.As = append(step.As, wire.ColumnRename{From: strings.TrimSpace(from), To: strings.TrimSpace(to)})
	}
	return step, err
}

func readFill(s string) (wire.Step, error) {
	value := table.Cell{Text: &s}
	if x, ok := table.ParseNumber([]byte(s)); ok {
		value = table.Num(x)
	}
	return wire.Step{Op: frame.FillNA, Value: &value}, nil
}

func readSample(s string) (wire.Step, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 && s != "1.0" {
		return wire.Step{Op: frame.Sample, N: n}, nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x > 0 && x <= 1) {
		return wire.Step{}, fault.Newf(fault.Invalid, "want a share such as 0.1, or a number of rows")
	}
	return wire.Step{Op: frame.Sample, Fraction: x}, nil
}

func readLimit(s string) (wire.Step, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return wire.Step{}, fault.Newf(fault.Invalid, "want a number of rows, at least 1")
	}
	return wire.Step{Op: frame.Limit, N: n}, nil
}

var aggregate = regexp.MustCompile(`^(\w+)(?:\((.*?)(?:,\s*([0-9.eE+-]+))?\))?(?:\s+(?i:as)\s+(.+))?$`)

// readAggs reads count, mean(a) as m, quantile(a, 0.9).
func readAggs(s string) ([]wire.Agg, error) {
	var aggs []wire.Agg
	for _, part := range splitOutside(s, ',') {
		m := aggregate.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return nil, fault.Newf(fault.Invalid, "%q is no aggregate; want such as mean(a) as m", strings.TrimSpace(part))
		}
		a := wire.Agg{Fn: m[1], Column: strings.Trim(strings.TrimSpace(m[2]), `"`), As: strings.TrimSpace(m[4])}
		if m[3] != "" {
			q, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				return nil, fault.Newf(fault.Invalid, "%q is no number", m[3])
			}
			a.Q = q
		}
		aggs = append(aggs, a)
	}
	return aggs, nil
}
