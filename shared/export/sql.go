package export

import (
	"strconv"
	"strings"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

// What a query can hold: parsers nest a sum of many terms deeply, and a term of
// each value of each centroid makes it long.
const (
	sqlFeatures = 400
	sqlTerms    = 40_000
)

// sqlName quotes a name.
func sqlName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// sqlString quotes a text.
func sqlString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// sqlFloat writes a float64. Without an exponent it would be a decimal.
func sqlFloat(v float64) string {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	if v < 0 {
		return "(" + s + ")"
	}
	return s
}

func sqlRound(expression string) string { return "CAST(CAST(" + expression + " AS REAL) AS DOUBLE)" }

// writeSQL writes standard SQL but for the EXCLUDE at the end, in stages: the
// values of the vector, its distances, the least one, the cluster.
func writeSQL(m *model.Model) ([]File, error) {
	k, d := m.Centroids.Rows, m.Centroids.Cols
	if d > sqlFeatures || k*d > sqlTerms {
		return nil, fault.Newf(fault.TooLarge, "The model has %d centroids of %d values: a query takes at most %d values, %d in all. Take ONNX or another format.", k, d, sqlFeatures, sqlTerms)
	}
	seen := map[string]string{}
	for _, in := range m.Inputs {
		folded := strings.ToLower(in.Name)
		if other, taken := seen[folded]; taken {
			return nil, fault.Newf(fault.Invalid, "The columns %q and %q differ in capitals only, which SQL does not tell apart. Take another format.", other, in.Name)
		}
		seen[folded] = in.Name
		for _, s := range append([]string{in.Name}, in.Levels...) {
			if strings.ContainsRune(s, 0) {
				return nil, fault.Newf(fault.Invalid, "SQL can't hold the text %q of column %q. Rename it, or take another format.", s, in.Name)
			}
		}
	}
	prefix := "km_"
	for again := true; again; {
		again = false
		for folded := range seen {
			if strings.HasPrefix(folded, prefix) {
				prefix, again = prefix+"_", true
			}
		}
	}
	var values []string
	for i := range m.Prep.Columns {
		values = append(values, sqlColumn(&m.Prep, &m.Prep.Columns[i])...)
	}
	names := func(letter string, n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = prefix + letter + strconv.Itoa(i+1)
		}
		return out
	}
	as := func(values, names []string) string {
		var b strings.Builder
		for i, v := range values {
			b.WriteString(",\n    " + v + " AS " + names[i])
		}
		return b.String()
	}
	x, s := names("x", d), names("s", k)
	all := append(append([]string{}, x...), s...)
	from := prefix + "vector"
	q := "-- k-means: " + strconv.Itoa(k) + " clusters. Made by Centroid from the model " + comment(m.Name) + ", " + m.Hash + "\n" +
		"-- Put your table in the place of my_table. cluster is NULL for rows that are left out.\nWITH " + from + " AS (\n  SELECT *" + as(values, x) + "\n  FROM my_table\n)"
	stage := func(name, columns string) {
		q += ", " + prefix + name + " AS (\n  SELECT *" + columns + "\n  FROM " + from + "\n)"
		from = prefix + name
	}
	if m.Prep.Unit {
		square := make([]string, d)
		for t, v := range x {
			square[t] = v + "*" + v
		}
		length := prefix + "length"
		stage("measured", ",\n    NULLIF(SQRT("+strings.Join(square, " + ")+"), 0) AS "+length)
		u := names("u", d)
		unit := make([]string, d)
		for t, v := range x {
			unit[t] = sqlRound(v + " / " + length)
		}
		stage("directed", as(unit, u))
		x, all = u, append(append(all, u...), length)
	}
	squares := make([]string, k)
	for j := range squares {
		terms := make([]string, d)
		for t, c := range m.Centroids.Row(j) {
			e := "(" + x[t] + " - " + sqlFloat(c) + ")"
			terms[t] = e + "*" + e
		}
		squares[j] = strings.Join(terms, " + ")
	}
	stage("squares", as(squares, s))
	least := prefix + "least"
	stage("nearest", ",\n    LEAST("+strings.Join(s, ", ")+") AS "+least)
	cluster := "CASE"
	for j, v := range s {
		cluster += " WHEN " + v + " = " + least + " THEN " + strconv.Itoa(j)
	}
	free := func(name string) string {
		for taken := true; taken; {
			if _, taken = seen[name]; taken {
				name += "_"
			}
		}
		return name
	}
	q += "\nSELECT * EXCLUDE (" + strings.Join(append(all, least), ", ") + "),\n    CASE WHEN " + least + " < CAST('Infinity' AS DOUBLE) THEN " + cluster + " END END AS " + sqlName(free("cluster")) + ",\n" +
		"    SQRT(" + least + ") AS " + sqlName(free("distance")) + "\nFROM " + from + "\n"
	return []File{{"cluster.sql", "application/sql", []byte(q)}}, nil
}

// sqlColumn gives the values of a column in the vector; NULL stands for a row
// that is left out.
func sqlColumn(p *prep.Prep, c *prep.Column) []string {
	n := sqlName(c.Name)
	if c.Levels == nil {
		x := "NULLIF(CAST(" + n + " AS DOUBLE), CAST('NaN' AS DOUBLE))"
		if p.Missing != prep.Drop {
			x = "COALESCE(" + x + ", " + sqlFloat(c.Fill) + ")"
		}
		if c.Log { // what 1 + |x| loses of a small x is put right by a quotient
			one := "(1e0 + ABS(" + x + "))"
			x = "SIGN(" + x + ") * CASE WHEN " + one + " = 1e0 THEN ABS(" + x + ") ELSE LN(" + one + ") * ABS(" + x + ") / (" + one + " - 1e0) END"
		}
		return []string{sqlRound("(" + x + " - " + sqlFloat(c.Offset) + ") / " + sqlFloat(c.Factor))}
	}
	text := "NULLIF(CAST(" + n + " AS VARCHAR), '')"
	if p.Missing != prep.Drop {
		text = "COALESCE(" + text + ", " + sqlString(c.Usual) + ")"
	}
	out := make([]string, len(c.Levels))
	for i, l := range c.Levels {
		out[i] = "CASE WHEN " + text + " = " + sqlString(l) + " THEN 1e0 WHEN " + text + " IS NOT NULL THEN 0e0 END"
	}
	return out
}

func sqlSnippet(*model.Model) string {
	return `# my_table in cluster.sql is a table, or a file: 'rows.csv' in quotes
sed "s/my_table/'rows.csv'/" cluster.sql | duckdb -csv > labelled.csv
`
}
