package duck

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/centroid-studio/centroid/shared/wire"
)

// pinned is steps with the versions of their tables, and what they are known by.
type pinned struct {
	steps []wire.Step
	ids   []string      // of the first step, the first two, and so on
	uses  []wire.Parent // all tables, each version once
}

func (p *pinned) use(tables ...wire.Parent) {
	for _, t := range tables {
		if !slices.Contains(p.uses, t) {
			p.uses = append(p.uses, t)
		}
	}
}

func parent(t Table) wire.Parent {
	return wire.Parent{Dataset: t.ID, Version: t.Version, Name: t.Name}
}

// pin finds the versions that a plan is about at this moment. field is where the plan is.
func (u *user) pin(ctx context.Context, field string, steps []wire.Step) (pinned, error) {
	var list []Entry
	if slices.ContainsFunc(steps, hasText) {
		var err error
		if list, err = u.tables.List(ctx); err != nil {
			return pinned{}, err
		}
	}
	p := pinned{steps: slices.Clone(steps)}
	last := ""
	for i := range p.steps {
		s := &p.steps[i]
		at := fmt.Sprintf("%s[%d]", field, i)
		var about []string
		if s.Dataset != "" {
			t, err := u.open(ctx, at, *s)
			if err != nil {
				return p, err
			}
			s.Version = t.Version
			p.use(parent(t))
		}
		if s.Other != nil {
			o, err := u.pin(ctx, at+".other", s.Other)
			if err != nil {
				return p, err
			}
			s.Other = o.steps
			about = append(about, o.ids[len(o.ids)-1])
			p.use(o.uses...)
		}
		for _, text := range texts(at, *s) {
			refs, err := u.d.parser.read(ctx, text)
			if err != nil {
				return p, pointed(text.field, text.s, err)
			}
			for _, r := range refs {
				found, err := lookup(list, r)
				if err != nil {
					return p, pointed(text.field, text.s, err)
				}
				if found == nil {
					continue
				}
				t, err := u.tables.Open(ctx, found.ID, 0)
				if err != nil {
					return p, err
				}
				about = append(about, fmt.Sprintf("%s@%d", t.ID, t.Version))
				p.use(parent(t))
			}
		}
		raw, err := json.Marshal(struct {
			Last  string
			Step  wire.Step
			About []string
		}{last, *s, about})
		if err != nil {
			return p, err
		}
		sum := sha256.Sum256(raw)
		last = hex.EncodeToString(sum[:16])
		p.ids = append(p.ids, last)
	}
	return p, nil
}

func hasText(s wire.Step) bool { return len(texts("", s)) > 0 }

// texts gives the SQL of a step, with the fields that it is in.
func texts(at string, s wire.Step) []piece {
	var out []piece
	if s.SQL != "" {
		out = append(out, piece{cut(s.SQL), at + ".sql"})
	}
	if s.Expr != "" {
		out = append(out, piece{s.Expr, at + ".expr"})
	}
	for j, e := range s.Exprs {
		out = append(out, piece{e.Expr, fmt.Sprintf("%s.exprs[%d].expr", at, j)})
	}
	return out
}

// start gives the relation of the longest part of a plan that is persisted, and
// how many steps that is.
func (b *build) start(ctx context.Context, field string, steps []wire.Step) (relation, int, error) {
	if !b.e.d.cache.has(b.e.owner) {
		return relation{}, 0, nil
	}
	p, err := b.e.pin(ctx, field, steps)
	if err != nil {
		return relation{}, 0, err
	}
	for n := len(steps); n > 0; n-- {
		if k, rows, ok := b.e.d.cache.use(b.e.owner, p.ids[n-1]); ok {
			return b.read(k, rows), n, nil
		}
	}
	return relation{}, 0, nil
}
