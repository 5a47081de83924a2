package score

import (
	"math"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Gap is the gap statistic of k clusters: how much lower the logarithm of the
// inertia is than for rows without any groups. It is that of Tibshirani, Walther and
// Hastie, J. R. Statist. Soc. B 63(2), 2001, with references that are uniform over
// the box of the rows.
type Gap struct {
	K     int
	Value float64 // mean of the references' log inertia, less that of the rows
	Error float64 // of Value, as the references are few: sd·√(1+1/B), sd over the B references, divided by B
}

// GapOf compares the inertia of k clusters with that of k clusters of each reference,
// at least one, trained in the same way. Value is +Inf if the rows' inertia is 0, and NaN if
// a reference's is too: where all rows are equal there is nothing to tell.
func GapOf(k int, inertia float64, references []float64) Gap {
	b := float64(len(references))
	mean, sq := 0.0, 0.0
	for _, w := range references {
		mean += math.Log(w)
	}
	mean /= b
	for _, w := range references {
		e := math.Log(w) - mean
		sq += float64(e * e)
	}
	return Gap{K: k, Value: mean - math.Log(inertia), Error: math.Sqrt(sq/b) * math.Sqrt(1+1/b)}
}

// GapK proposes the first k whose gap is at least the next one's less its error.
// gaps are in ascending order of K. ok is false if no k is like that: the number of
// groups lies beyond the last.
func GapK(gaps []Gap) (k int, ok bool) {
	for i := 1; i < len(gaps); i++ {
		if gaps[i-1].Value >= gaps[i].Value-gaps[i].Error {
			return gaps[i-1].K, true
		}
	}
	return 0, false
}

// Box is the least and the greatest value of each feature.
type Box struct {
	Low, High []float32
}

// BoxOf gives the box of rows of d features, of which there is at least one.
func BoxOf(rows []float32, d int) Box {
	b := Box{append([]float32(nil), rows[:d]...), append([]float32(nil), rows[:d]...)}
	for i := d; i < len(rows); i += d {
		for t, v := range rows[i : i+d] {
			b.Low[t], b.High[t] = min(b.Low[t], v), max(b.High[t], v)
		}
	}
	return b
}

// chooseUniform is the purpose of Uniform for a reference's values: "gap", then its number.
const chooseUniform = 0x676170 << 24

// Reference makes n rows that are uniform over the box, the same for the same seed
// and number, from 0.
func (b Box) Reference(n int, seed uint64, number int) []float32 {
	d := len(b.Low)
	rows := make([]float32, n*d)
	for i := range rows {
		low, high := float64(b.Low[i%d]), float64(b.High[i%d])
		rows[i] = float32(low + float64(kmeans.Uniform(seed, chooseUniform+uint64(number), uint64(i))*(high-low)))
	}
	return rows
}
