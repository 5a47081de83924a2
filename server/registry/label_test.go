package registry

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestChunk(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		rows, clusters := randomRows(r, 1+r.IntN(200))
		b := encodeChunk(rows, clusters)
		gotRows, gotClusters, err := decodeChunk(b)
		if err != nil || !slices.Equal(gotRows, rows) || !slices.Equal(gotClusters, clusters) {
			t.Fatalf("decode(encode(%v, %v)) = %v, %v, %v", rows, clusters, gotRows, gotClusters, err)
		}
		for n := range b { // a chunk that was cut
			if _, _, err := decodeChunk(b[:n]); err == nil {
				t.Fatalf("the first %d of %d bytes went through", n, len(b))
			}
		}
		if _, _, err := decodeChunk(append(b, 0)); err == nil {
			t.Fatal("a byte too many went through")
		}
	}
}

// randomRows gives ascending ids, near to one another and far, and their clusters.
func randomRows(r *rand.Rand, n int) ([]int64, []int32) {
	ids := map[int64]bool{}
	for len(ids) < n {
		switch r.IntN(3) {
		case 0:
			ids[int64(r.IntN(2*n))] = true
		case 1:
			ids[int64(r.Uint64())] = true
		default:
			ids[[]int64{math.MinInt64, -1, 0, 1 << 40, math.MaxInt64}[r.IntN(5)]+0] = true
		}
	}
	rows, clusters := make([]int64, 0, n), make([]int32, n)
	for id := range ids {
		rows = append(rows, id)
	}
	slices.Sort(rows)
	for i := range clusters {
		clusters[i] = int32(r.IntN(1 << r.IntN(31)))
	}
	return rows, clusters
}

func TestDamagedChunk(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":              {},
		"more rows than bytes": {200, 1, 0},
		"huge count":           {255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0},
		"endless number":       {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
		"same row twice":       {2, 0, 0, 1, 0, 1},
		"rows that go back":    {2, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1},
		"a large cluster":      {1, 0, 0, 255, 255, 255, 255, 255, 1},
		"bytes behind":         {1, 0, 0, 1, 9},
	} {
		if rows, clusters, err := decodeChunk(b); err == nil {
			t.Errorf("%s: decodeChunk(%v) = %v, %v, want a fault", name, b, rows, clusters)
		}
	}
}

// FuzzDecodeChunk wants no panic, no memory beyond the input's, and that what
// is taken means something: ascending rows that read back the same.
func FuzzDecodeChunk(f *testing.F) {
	f.Add(encodeChunk([]int64{5, 6, 900}, []int32{0, 2, 1}))
	f.Add(encodeChunk([]int64{math.MinInt64, math.MaxInt64}, []int32{0, math.MaxInt32}))
	f.Add([]byte{200, 1, 0})
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, clusters, err := decodeChunk(b)
		if err != nil {
			return
		}
		if len(rows) != len(clusters) || len(rows) > len(b) {
			t.Fatalf("%d rows, %d clusters from %d bytes", len(rows), len(clusters), len(b))
		}
		for i := 1; i < len(rows); i++ {
			if rows[i] <= rows[i-1] {
				t.Fatalf("row %d follows %d", rows[i], rows[i-1])
			}
		}
		if len(rows) == 0 {
			return
		}
		again, same, err := decodeChunk(encodeChunk(rows, clusters))
		if err != nil || !reflect.DeepEqual(again, rows) || !reflect.DeepEqual(same, clusters) {
			t.Errorf("%v, %v read back as %v, %v, %v", rows, clusters, again, same, err)
		}
	})
}
