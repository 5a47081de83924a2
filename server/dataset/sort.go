package dataset

import (
	"cmp"
	"slices"
	"strings"
)

// Radix sort of so many bits at a time: counters of a goroutine stay in its cache.
const (
	digitBits = 11
	digits    = 1 << digitBits
)

// few is how many keys are sorted by comparing them.
const few = 64

// sortNumbers sorts ids, which ascend, by their keys, ties by id. It writes over keys.
func sortNumbers(keys []uint64, ids []uint32, desc bool) {
	if desc {
		for i := range keys {
			keys[i] = ^keys[i]
		}
	}
	radix(keys, ids, make([]uint64, len(keys)), make([]uint32, len(ids)), workers())
}

// radix sorts ids by keys and leaves ties as they are. The two others are as long,
// and are written over. Each pass is shared by goroutines: what one counts goes
// before what the next one does.
func radix(keys []uint64, ids []uint32, otherKeys []uint64, otherIDs []uint32, workers int) {
	if len(keys) < 2 {
		return
	}
	workers = max(1, min(workers, len(keys)/(16<<10)))
	var all, differ uint64
	all = ^uint64(0)
	for _, k := range keys {
		all, differ = all&k, differ|k
	}
	differ &^= all // bits in which keys differ
	part := func(w int) (lo, hi int) { return w * len(keys) / workers, (w + 1) * len(keys) / workers }
	starts := make([][digits]int, workers)
	from, to := keys, otherKeys
	fromIDs, toIDs := ids, otherIDs
	for shift := 0; shift < 64; shift += digitBits {
		if differ>>shift&(digits-1) == 0 {
			continue
		}
		share(workers, func(w int) {
			lo, hi := part(w)
			count := &starts[w]
			clear(count[:])
			for _, k := range from[lo:hi] {
				count[k>>shift&(digits-1)]++
			}
		})
		sum := 0
		for d := range digits {
			for w := range starts {
				n := starts[w][d]
				starts[w][d] = sum
				sum += n
			}
		}
		share(workers, func(w int) {
			lo, hi := part(w)
			at := &starts[w]
			for i := lo; i < hi; i++ {
				k := from[i]
				d := k >> shift & (digits - 1)
				to[at[d]], toIDs[at[d]] = k, fromIDs[i]
				at[d]++
			}
		})
		from, to, fromIDs, toIDs = to, from, toIDs, fromIDs
	}
	if &from[0] != &keys[0] {
		copy(keys, from)
		copy(ids, fromIDs)
	}
}

// sortTexts sorts ids, which ascend, by their texts, byte by byte, ties by id.
func sortTexts(texts []string, ids []uint32, desc bool) {
	n := len(texts)
	s := &textSort{texts: texts, desc: desc, keys: make([]uint64, n), places: make([]uint32, n), otherKeys: make([]uint64, n), otherPlaces: make([]uint32, n)}
	for i := range s.places {
		s.places[i] = uint32(i)
	}
	s.sort(0, n, 0, workers())
	// otherPlaces has served: where each id comes from is known.
	copy(s.otherPlaces, ids)
	for i, p := range s.places {
		ids[i] = s.otherPlaces[p]
	}
}

// textSort sorts places of texts: by eight bytes after what all have in common,
// then those that are the same up to there among themselves.
type textSort struct {
	texts               []string
	desc                bool
	keys, otherKeys     []uint64
	places, otherPlaces []uint32 // ties keep the order of these, which ascend at first
}

// sort sorts the places from lo to hi, whose texts are the same in their first depth bytes.
func (s *textSort) sort(lo, hi, depth, workers int) {
	places := s.places[lo:hi]
	if len(places) <= few {
		s.compare(places, depth)
		return
	}
	depth += s.common(places, depth)
	ends := true // all texts end here: they are the same
	for i, p := range places {
		rest := s.texts[p][depth:]
		ends = ends && len(rest) == 0
		k := textKey(rest)
		if s.desc {
			k = ^k
		}
		s.keys[lo+i] = k
	}
	if ends {
		return
	}
	radix(s.keys[lo:hi], places, s.otherKeys[lo:hi], s.otherPlaces[lo:hi], workers)
	// Runs of the same key, of which each goroutine takes some.
	cut := func(at int) int { // the first place from at on where a run begins
		for at > lo && at < hi && s.keys[at] == s.keys[at-1] {
			at++
		}
		return at
	}
	cuts := make([]int, min(workers, (hi-lo)/few+1)+1)
	for w := range cuts { // before the runs write keys of their own
		cuts[w] = cut(lo + w*(hi-lo)/(len(cuts)-1))
	}
	share(len(cuts)-1, func(w int) {
		from, to := cuts[w], cuts[w+1]
		for i := from; i < to; {
			j := i + 1
			for j < to && s.keys[j] == s.keys[i] {
				j++
			}
			if j-i > 1 {
				s.run(i, j, depth)
			}
			i = j
		}
	})
}

// run sorts places whose texts have the same key at a depth.
func (s *textSort) run(lo, hi, depth int) {
	places := s.places[lo:hi]
	least, most := len(s.texts[places[0]]), 0
	for _, p := range places {
		least, most = min(least, len(s.texts[p])), max(most, len(s.texts[p]))
	}
	switch {
	case least == most && most <= depth+8: // all are the same
	case least >= depth+8:
		s.sort(lo, hi, depth+8, 1)
	default: // some end within the key, others have zero bytes there
		s.compare(places, depth)
	}
}

// compare sorts places, which ascend where texts are the same, by comparing these from depth on.
func (s *textSort) compare(places []uint32, depth int) {
	slices.SortFunc(places, func(a, b uint32) int {
		c := strings.Compare(s.texts[a][depth:], s.texts[b][depth:])
		if s.desc {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a, b))
	})
}

// common is how many bytes after depth are the same in all texts.
func (s *textSort) common(places []uint32, depth int) int {
	first := s.texts[places[0]][depth:]
	n := len(first)
	for _, p := range places[1:] {
		other := s.texts[p][depth:]
		n = min(n, len(other))
		for i := range n {
			if first[i] != other[i] {
				n = i
				break
			}
		}
		if n == 0 {
			break
		}
	}
	return n
}
