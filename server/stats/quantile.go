package stats

import (
	"math"
	"slices"
	"sort"
)

// quantiles gives the values below which these shares of the finite values lie,
// linearly between two of them. s knows their count, least and greatest.
func quantiles(x []float64, s *summary, shares ...float64) []float64 {
	ranks := make([]int, 0, 2*len(shares))
	for _, p := range shares {
		at := p * float64(s.count-1)
		ranks = append(ranks, int(at), min(int(at)+1, int(s.count-1)))
	}
	sort.Ints(ranks)
	ranks = slices.Compact(ranks)
	values := make([]float64, len(ranks))
	pick(x, s.min, s.max, ranks, 0, values, 0)
	out := make([]float64, len(shares))
	for i, p := range shares {
		at := p * float64(s.count-1)
		lo := values[sort.SearchInts(ranks, int(at))]
		hi := values[sort.SearchInts(ranks, min(int(at)+1, int(s.count-1)))]
		t := at - math.Floor(at)
		switch d := hi - lo; {
		case math.IsInf(d, 0):
			out[i] = lo*(1-t) + hi*t
		case t < 0.5:
			out[i] = lo + d*t
		default:
			out[i] = hi - d*(1-t)
		}
	}
	return out
}

// pickBins is into how many bins values are sorted to find those of a rank.
const pickBins = 4096

// pick finds the values of ascending ranks, less base, among the finite of x,
// which lie from lo to hi: only those in the same bins as they are sorted.
func pick(x []float64, lo, hi float64, ranks []int, base int, out []float64, depth int) {
	if lo == hi {
		for i := range out {
			out[i] = lo
		}
		return
	}
	if len(x) <= pickBins || depth == 8 {
		sorted := make([]float64, 0, len(x))
		for _, v := range x {
			if finite(v) {
				sorted = append(sorted, v)
			}
		}
		slices.Sort(sorted)
		for i, r := range ranks {
			out[i] = sorted[r-base]
		}
		return
	}
	half := lo / 2 // of halves, no difference overflows
	factor := pickBins / (hi/2 - half)
	if math.IsInf(factor, 0) { // closer together than can be divided
		pick(x, lo, hi, ranks, base, out, 8)
		return
	}
	binOf := func(v float64) int { return min(int((v/2-half)*factor), pickBins-1) } // never falls as v grows
	var counts [pickBins]int
	for _, v := range x {
		if finite(v) {
			counts[binOf(v)]++
		}
	}
	// One pass takes the values of all bins in which a rank lies.
	var slot [pickBins]int32 // of a bin: a place in parts, from 1
	type part struct {
		values   []float64
		from, to int // places in ranks
		first    int // rank of the bin's first value
	}
	var parts []part
	before := base
	for b, i := 0, 0; i < len(ranks); b++ {
		if n := sort.SearchInts(ranks[i:], before+counts[b]); n > 0 {
			parts = append(parts, part{make([]float64, 0, counts[b]), i, i + n, before})
			slot[b] = int32(len(parts))
			i += n
		}
		before += counts[b]
	}
	for _, v := range x {
		if finite(v) {
			if p := slot[binOf(v)]; p > 0 {
				parts[p-1].values = append(parts[p-1].values, v)
			}
		}
	}
	for _, p := range parts {
		pick(p.values, slices.Min(p.values), slices.Max(p.values), ranks[p.from:p.to], p.first, out[p.from:p.to], depth+1)
	}
}
