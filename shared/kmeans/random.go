package kmeans

import "math/bits"

// Uniform gives the i-th number of the stream named by seed and purpose, in
// [0, 1), a multiple of 2^-53. It has no state: the same three numbers give the
// same bits on every machine, whoever asks and in whatever order. Purposes from
// 2^56 are this package's own; others may use those below as they like.
//
// The generator is Philox2x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel
// random numbers: as easy as 1, 2, 3", SC11: counter (i, purpose), key seed, the
// upper 53 bits of the first word.
func Uniform(seed, purpose, i uint64) float64 {
	w, _ := philox(i, purpose, seed)
	return float64(w>>11) * (1.0 / (1 << 53))
}

func philox(c0, c1, key uint64) (uint64, uint64) {
	for range 10 {
		hi, lo := bits.Mul64(0xD2B74407B1CE6E93, c0)
		c0, c1 = hi^key^c1, lo
		key += 0x9E3779B97F4A7C15
	}
	return c0, c1
}

// use says what a random number of a training is for.
type use uint64

const (
	useFirst  use = 1 + iota // the first seed, a row
	useRow                   // k-means||: whether a row joins, one stream a round
	usePick                  // k-means++: which row is tried
	useReduce                // k-means||: which candidate is tried
	useRandom                // k different rows
	useSample                // which rows are trained on
	useBatch                 // mini-batch: the rows of a step
	useSplit                 // bisecting: the seed of a split, in each half
)

// purpose names the stream of one use in one restart; round is below 2^24.
func (u use) purpose(restart, round int) uint64 {
	return uint64(u)<<56 | uint64(uint32(restart))<<24 | uint64(round)
}
