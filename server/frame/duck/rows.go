package duck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/centroid-studio/centroid/server/frame"
	"github.com/centroid-studio/centroid/server/sandbox"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Steps that choose or order rows.

// sort is stable: rows with equal keys stay as they were.
func (b *build) sort(at string, s wire.Step, r relation) (relation, error) {
	var keys []string
	for j, k := range s.Sort {
		i, err := find(fmt.Sprintf("%s.sort[%d].column", at, j), r.columns, k.Column)
		if err != nil {
			return r, err
		}
		key := sandbox.Name(r.columns[i].Name)
		if k.Desc {
			key += " DESC"
		} else {
			key += " ASC"
		}
		if k.NullsFirst {
			key += " NULLS FIRST"
		} else {
			key += " NULLS LAST"
		}
		keys = append(keys, key)
	}
	q, n := b.numbered(r)
	return relation{sql: join("SELECT * EXCLUDE ("+sandbox.Name(n)+") FROM (", q, ") ORDER BY "+strings.Join(append(keys, sandbox.Name(n)), ", ")), columns: r.columns}, nil
}

// chance is a number from 0 to below 1 for the row called n, as SQL: the first
// eight bytes of an MD5, so that another engine can draw the same rows.
func chance(purpose string, seed int64, n string) string {
	return fmt.Sprintf("md5_number_lower('%s %d ' || %s::BIGINT) / 18446744073709551616.0::DOUBLE", purpose, seed, sandbox.Name(n))
}

// draw takes the rows of a sample, or of a part of a split.
func (b *build) draw(s wire.Step, r relation) (relation, error) {
	q, n := b.numbered(r)
	u := chance(s.Op, s.Seed, n)
	switch {
	case s.Op == frame.Split:
		below, at, sum := 0.0, 0.0, 0.0
		for _, w := range s.Weights {
			sum += w
		}
		for i, w := range s.Weights {
			if below = (at + w) / sum; i == len(s.Weights)-1 {
				below = 1
			}
			if i == s.Part {
				break
			}
			at += w
		}
		q = join("SELECT * FROM (", q, ") WHERE "+u+" >= "+double(at/sum)+" AND "+u+" < "+double(below))
	case s.N > 0:
		q = join("SELECT * FROM (SELECT * FROM (", q, fmt.Sprintf(") ORDER BY %s, %s LIMIT %d) ORDER BY %s", u, sandbox.Name(n), s.N, sandbox.Name(n)))
	case s.Fraction == 1:
		return r, nil
	default:
		q = join("SELECT * FROM (", q, ") WHERE "+u+" < "+double(s.Fraction))
	}
	return relation{sql: join("SELECT * EXCLUDE ("+sandbox.Name(n)+") FROM (", q, ")"), columns: r.columns}, nil
}

// distinct keeps the first of the rows that are equal in some columns.
func (b *build) distinct(at string, s wire.Step, r relation) (relation, error) {
	chosen, err := all(at+".columns", r.columns, s.Columns)
	if err != nil {
		return r, err
	}
	q, n := b.numbered(r)
	names := make([]string, len(chosen))
	for j, i := range chosen {
		names[j] = sandbox.Name(r.columns[i].Name)
	}
	keys, row := strings.Join(names, ", "), sandbox.Name(n)
	if len(chosen) == len(r.columns) && slices.IsSorted(chosen) {
		q = join("SELECT "+keys+", min("+row+") AS "+row+" FROM (", q, ") GROUP BY "+keys)
	} else {
		q = join("SELECT * FROM (", q, ") QUALIFY row_number() OVER (PARTITION BY "+keys+" ORDER BY "+row+") = 1")
	}
	return relation{sql: join("SELECT * EXCLUDE ("+row+") FROM (", q, ") ORDER BY "+row), columns: r.columns}, nil
}
