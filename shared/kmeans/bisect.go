package kmeans

import (
	"context"
	"errors"

	"github.com/centroid-studio/centroid/shared/fault"
)

// Split is a cluster that was cut in two: the first half keeps its number, the
// second gets the next one.
type Split struct {
	Cluster int        `json:"cluster"`
	Halves  Matrix     `json:"halves"` // their centroids: 2 x d
	Within  [2]float64 `json:"within"` // their inertia
}

// leaf is a cluster of a bisecting training.
type leaf struct {
	rows   []int64 // nil: all
	within float64
	whole  bool // it has no two different rows
}

// bisect splits the cluster of the largest inertia until there are k. Its labels
// follow the splits; those of the finished model go by the nearest centroid.
func (r *run) bisect(ctx context.Context, from *Checkpoint) error {
	if r.cfg.K == 1 {
		return r.lloyd(ctx, 0, from)
	}
	leaves := []leaf{{}}
	var splits []Split
	s := &Solution{Centroids: NewMatrix(0, r.d)}
	add := func(sp Split, e Engine) error {
		if err := r.cut(ctx, &leaves, sp, e); err != nil {
			return err
		}
		splits = append(splits, sp)
		s.Centroids = join(s.Centroids, sp)
		s.Passes, s.Converged = len(splits), len(leaves) == r.cfg.K
		r.current, r.last = s, Matrix{}
		return nil
	}
	if from != nil {
		for _, sp := range from.Splits {
			e, err := r.of(ctx, leaves[sp.Cluster])
			if err == nil {
				_, err = e.Pass(ctx, sp.Halves, r.ob.Rows)
			}
			if err == nil {
				err = add(sp, e)
			}
			if err != nil {
				return err
			}
		}
	}
	for len(leaves) < r.cfg.K {
		j := widest(leaves)
		if j < 0 {
			return tooFew(r.cfg.K, len(leaves))
		}
		e, err := r.of(ctx, leaves[j])
		if err != nil {
			return err
		}
		sp, err := r.halve(ctx, j, len(splits), e)
		if tooFew, ok := errors.AsType[*fault.Error](err); ok && tooFew.Field == "config.k" {
			leaves[j].whole = true
			continue
		}
		if err == nil {
			err = add(sp, e)
		}
		if err != nil {
			return err
		}
		inertia := 0.0
		for _, l := range leaves {
			inertia += l.within
		}
		r.tell(PassInfo{Pass: s.Passes, Inertia: inertia, Changed: int64(len(leaves[len(leaves)-1].rows)), Centroids: s.Centroids},
			Checkpoint{Before: s.Centroids, Converged: s.Converged, Splits: append([]Split(nil), splits...)})
	}
	return nil
}

// halve runs 2-means on the rows of cluster j, of which e is the engine.
func (r *run) halve(ctx context.Context, j, split int, e Engine) (Split, error) {
	cfg := r.cfg
	cfg.K, cfg.Algorithm, cfg.Sample = 2, Auto, 0
	cfg.Seed, _ = philox(uint64(split), useSplit.purpose(0, 0), r.cfg.Seed)
	res, err := Run(ctx, e, cfg, nil, Observer{Rows: r.ob.Rows})
	if err != nil {
		return Split{}, err
	}
	return Split{Cluster: j, Halves: res.Centroids, Within: [2]float64{res.Within[0], res.Within[1]}}, nil
}

// of gives the engine of a leaf's rows.
func (r *run) of(ctx context.Context, l leaf) (Engine, error) {
	if l.rows == nil {
		return r.e, nil
	}
	return r.e.Subset(ctx, l.rows)
}

// cut divides the rows of a leaf as e, the engine of its rows, has labelled them.
func (r *run) cut(ctx context.Context, leaves *[]leaf, sp Split, e Engine) error {
	var halves [2]leaf
	for h := range halves {
		rows, err := e.Members(ctx, h)
		if err != nil {
			return err
		}
		if of := (*leaves)[sp.Cluster].rows; of != nil {
			for i, at := range rows {
				rows[i] = of[at]
			}
		}
		halves[h] = leaf{rows: rows, within: sp.Within[h]}
	}
	(*leaves)[sp.Cluster] = halves[0]
	*leaves = append(*leaves, halves[1])
	return nil
}

// widest gives the leaf of the largest inertia, ties to the lowest number; -1 if none can be split.
func widest(leaves []leaf) int {
	best := -1
	for j, l := range leaves {
		if !l.whole && (l.rows == nil || len(l.rows) > 1) && (best < 0 || l.within > leaves[best].within) {
			best = j
		}
	}
	return best
}

// join replaces a cluster's centroid by those of its halves.
func join(c Matrix, sp Split) Matrix {
	if c.Rows == 0 {
		return sp.Halves.Clone()
	}
	out := Matrix{c.Rows + 1, c.Cols, append(append([]float64(nil), c.Data...), sp.Halves.Row(1)...)}
	copy(out.Row(sp.Cluster), sp.Halves.Row(0))
	return out
}
