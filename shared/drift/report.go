package drift

import (
	"math"
	"strconv"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// Report compares the counted rows with the training. Shares are from 0 to 1.
type Report struct {
	Rows     int64         `json:"rows"`
	Labelled int64         `json:"labelled"` // rows with a cluster
	Columns  []ColumnDrift `json:"columns"`  // in the order of Inputs
	Most     int           `json:"most"`     // place in Columns of the one that moved most
	Outside  float64       `json:"outside"`  // share of the labelled rows beyond the distance that 99 % of the training rows do not exceed
	Clusters []Shares      `json:"clusters"` // of the labelled rows
	PSI      float64       `json:"psi"`      // of the clusters
	Summary  string        `json:"summary"`  // in words
}

// Shares is the share of something in the training, and in the rows that were counted.
type Shares struct {
	Training float64 `json:"training"`
	Rows     float64 `json:"rows"`
}

// ColumnDrift is how one column moved.
type ColumnDrift struct {
	Name    string   `json:"name"`
	PSI     float64  `json:"psi"`
	Verdict string   `json:"verdict"`
	Missing Shares   `json:"missing"`
	Unknown float64  `json:"unknown"` // categories: share of rows with a level that the model does not know
	Beyond  float64  `json:"beyond"`  // numbers: share of rows outside of the range of the training
	Bins    []Shares `json:"bins"`    // the profile's
}

// The usual thresholds of the population stability index.
const (
	Moved    = 0.1
	MovedFar = 0.25
)

// least is what a share counts as at least: an empty bin would make the index infinite.
const least = 1e-4

// PSI gives the population stability index of pairs of shares, the sum of (q-p) ln(q/p)
// with p of the training and q of the rows; shares below 0.0001 count as 0.0001. It is
// the symmetrised Kullback-Leibler divergence (Jeffreys 1946), used as an index of
// stability since Lewis, "An Introduction to Credit Scoring", 1992; the thresholds 0.1
// and 0.25 are those of Siddiqi, "Credit Risk Scorecards", 2006.
func PSI(bins []Shares) float64 {
	sum := 0.0
	for _, b := range bins {
		p, q := max(b.Training, least), max(b.Rows, least)
		sum += (q - p) * math.Log(q/p)
	}
	return sum
}

// Verdict says what an index means.
func Verdict(psi float64) string {
	switch {
	case psi >= MovedFar:
		return "moved far"
	case psi >= Moved:
		return "moved"
	}
	return "stable"
}

// Report compares what was counted with the profile. Without a row it is fault.Invalid.
// A column's bins, its missing values, and a category's unknown levels all count in its index.
func (c *Counter) Report() (*Report, error) {
	if c.Rows == 0 {
		return nil, fault.Newf(fault.Invalid, "There are no rows to compare with the training.")
	}
	p := c.m.Profile
	r := &Report{Rows: c.Rows, Labelled: c.Labelled}
	shares := func(training, rows int64) Shares {
		return Shares{float64(training) / float64(p.Rows), float64(rows) / float64(c.Rows)}
	}
	for i, col := range c.Columns {
		was := p.Columns[i]
		d := ColumnDrift{Name: c.m.Inputs[i].Name, Missing: shares(was.Missing, col.Missing), Beyond: shares(0, col.Beyond).Rows}
		for bin, n := range col.Counts {
			d.Bins = append(d.Bins, shares(was.Counts[bin], n))
		}
		unknown := shares(was.Unknown, col.Unknown)
		d.Unknown = unknown.Rows
		d.PSI = PSI(append(d.Bins[:len(d.Bins):len(d.Bins)], d.Missing, unknown))
		d.Verdict = Verdict(d.PSI)
		r.Columns = append(r.Columns, d)
		if d.PSI > r.Columns[r.Most].PSI {
			r.Most = i
		}
	}
	trained := int64(0)
	for _, cl := range c.m.Clusters {
		trained += cl.Size
	}
	for j, n := range c.Clusters {
		r.Clusters = append(r.Clusters, Shares{ratio(c.m.Clusters[j].Size, trained), ratio(n, c.Labelled)})
	}
	if c.Labelled > 0 {
		r.PSI = PSI(r.Clusters)
	}
	r.Outside = ratio(c.Outside, c.Labelled)
	r.Summary = r.words()
	return r, nil
}

func ratio(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// words says what stands out.
func (r *Report) words() string {
	far, moved := 0, 0
	for _, c := range r.Columns {
		switch c.Verdict {
		case Verdict(MovedFar):
			far++
		case Verdict(Moved):
			moved++
		}
	}
	top := r.Columns[r.Most]
	s := "No column has moved: "
	if far+moved > 0 {
		s = strconv.Itoa(far+moved) + " of " + strconv.Itoa(len(r.Columns)) + " columns moved, " + strconv.Itoa(far) + " of them far: "
	}
	s += top.Name + " moved most, with an index of " + strconv.FormatFloat(top.PSI, 'f', 3, 64) + " (from " +
		strconv.FormatFloat(Moved, 'g', -1, 64) + " on a column has moved, from " + strconv.FormatFloat(MovedFar, 'g', -1, 64) + " on far). "
	if r.Labelled == 0 {
		return s + "No row has all the values that the model needs."
	}
	return s + percent(r.Outside) + " of the rows lie farther from their centroid than " + percent(model.QuantileShares[model.Radius]) +
		" of the training rows did, where 1.0 % is to be expected. The shares of the clusters: " + Verdict(r.PSI) + "."
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }
