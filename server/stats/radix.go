package stats

import "math"

// sortUint64 sorts by digits of 11 bits, which is several times as quick as
// comparing where there are many values.
func sortUint64(x []uint64) {
	const bits = 11
	other := make([]uint64, len(x))
	var counts [1 << bits]int
	for shift := 0; shift < 64; shift += bits {
		clear(counts[:])
		for _, v := range x {
			counts[v>>shift&(1<<bits-1)]++
		}
		if !starts(counts[:], len(x)) {
			continue
		}
		for _, v := range x {
			d := v >> shift & (1<<bits - 1)
			other[counts[d]] = v
			counts[d]++
		}
		copy(x, other)
	}
}

// starts turns counts into where each digit begins; false if all have the same digit.
func starts(counts []int, n int) bool {
	at := 0
	for d, c := range counts {
		if c == n {
			return false
		}
		counts[d] = at
		at += c
	}
	return true
}

// keyed is a number as bits that are in its order, with its row.
type keyed struct {
	key uint64
	row uint32
}

// ordered gives bits that compare as v does. Both zeros have the same.
func ordered(v float64) uint64 {
	if v == 0 {
		return 1 << 63
	}
	b := math.Float64bits(v)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// order gives the rows of the finite values of x in the order of their values, ties by row.
func order(x []float64) []keyed {
	const bits = 11
	rows := make([]keyed, 0, len(x))
	for i, v := range x {
		if finite(v) {
			rows = append(rows, keyed{ordered(v), uint32(i)})
		}
	}
	other := make([]keyed, len(rows))
	var counts [6][1 << bits]int
	for _, k := range rows {
		for p := range counts {
			counts[p][k.key>>(p*bits)&(1<<bits-1)]++
		}
	}
	for p := range counts {
		if !starts(counts[p][:], len(rows)) {
			continue
		}
		for _, k := range rows {
			d := k.key >> (p * bits) & (1<<bits - 1)
			other[counts[p][d]] = k
			counts[p][d]++
		}
		rows, other = other, rows
	}
	return rows
}
