package score

// Elbow proposes the k where the inertia stops to fall steeply: the knee of
// Satopää, Albrecht, Irwin and Raghavan, "Finding a 'Kneedle' in a Haystack", ICDCS
// Workshops 2011, of a curve that falls and is convex, with their sensitivity 1.
// The curve is brought to the unit square and turned over, so that it rises from
// (0,0) to (1,1); a knee is a local maximum of its height over the diagonal from
// which the height falls, before the next one, by more than the mean step in k. (It
// does so before a minimum then, as in the paper.) The first is taken, and none at an
// end of the curve. The curve is not smoothed.
//
// k ascends and differs. ok is false if there are less than three or no knee.
func Elbow(k []int, inertia []float64) (knee int, ok bool) {
	n := len(k)
	if n < 3 {
		return 0, false
	}
	low, high := inertia[0], inertia[0]
	for _, v := range inertia {
		low, high = min(low, v), max(high, v)
	}
	if low == high {
		return 0, false
	}
	height := make([]float64, n)
	for i, v := range inertia {
		height[i] = (high-v)/(high-low) - float64(k[i]-k[0])/float64(k[n-1]-k[0])
	}
	least, best := 0.0, -1 // the height that a fall from best must come below
	for i := 1; i < n-1; i++ {
		after := height[i+1]
		if height[i] >= height[i-1] && height[i] >= after {
			least, best = height[i]-1/float64(n-1), i
		}
		if best >= 0 && after < least {
			return k[best], true
		}
	}
	return 0, false
}
