package page

import (
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
)

// axis is one dimension that a picture can show: a feature of the prepared
// space with what takes it back to original units.
type axis struct {
	Name    string      // "petal_length", or "island = Biscoe" for a level
	Feature int         // index in the prepared space
	Back    prep.Column // takes a value back to original units
	Level   bool        // true: 1 where the category has this level, else 0
}

// value takes a prepared value back to original units.
func (a axis) value(v float64) float64 { return a.Back.Original(v) }

// axesOf lists the dimensions of p, in the order of its features. Rows that were
// brought to length 1 have lost their units: they are shown as they are.
func axesOf(p *prep.Prep) []axis {
	var out []axis
	for _, c := range p.Columns {
		if c.Levels == nil {
			a := axis{Name: c.Name, Feature: len(out), Back: c}
			if p.Unit {
				a.Back = prep.Column{Factor: 1}
			}
			out = append(out, a)
			continue
		}
		for _, level := range c.Levels {
			out = append(out, axis{Name: c.Name + " = " + level, Feature: len(out), Back: prep.Column{Factor: 1}, Level: true})
		}
	}
	return out
}

// axisNamed gives the axis called name. Without one it gives the nth number,
// or the nth axis where there are too few numbers. ok is false if there is none.
func axisNamed(axes []axis, name string, nth int) (a axis, ok bool) {
	var numbers []axis
	for _, a := range axes {
		if a.Name == name {
			return a, true
		}
		if !a.Level {
			numbers = append(numbers, a)
		}
	}
	if nth < len(numbers) {
		return numbers[nth], true
	}
	if len(axes) == 0 {
		return axis{}, false
	}
	return axes[min(nth, len(axes)-1)], true
}

// column gives one dimension of the rows, in original units.
func (a axis) column(rows [][]float32) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = a.value(float64(r[a.Feature]))
	}
	return out
}

// of gives one dimension of the centroids, in original units.
func (a axis) of(c kmeans.Matrix) []float64 {
	out := make([]float64, c.Rows)
	for i := range out {
		out[i] = a.value(c.Row(i)[a.Feature])
	}
	return out
}

// trails gives, for each centroid, where it was after each of the kept passes
// of the newest restart in which it was there, oldest first, in original units.
func (r *run) trails(x, y axis) (xs, ys [][]float64) {
	last := r.last()
	if last == nil {
		return nil, nil
	}
	for i := range r.Passes {
		p := &r.Passes[i]
		if p.Restart != last.Restart || p.Centroids.IsZero() || p.Centroids.Cols <= max(x.Feature, y.Feature) {
			continue
		}
		px, py := x.of(p.Centroids), y.of(p.Centroids)
		for c := range px {
			if c == len(xs) { // a bisecting training has more of them after each pass
				xs, ys = append(xs, nil), append(ys, nil)
			}
			xs[c], ys[c] = append(xs[c], px[c]), append(ys[c], py[c])
		}
	}
	return xs, ys
}
