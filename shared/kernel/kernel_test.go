package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// data makes rows that have what kernels get wrong: exact ties, duplicates, a large offset.
func data(kind string, n, d, k int) (rows []float32, centroids []float64) {
	r := rand.New(rand.NewPCG(1, uint64(n*1000003+d*1009+k)))
	rows, centroids = make([]float32, n*d), make([]float64, k*d)
	for i := range rows {
		switch kind {
		case "normal":
			rows[i] = float32(r.NormFloat64())
		case "grid":
			rows[i] = float32(r.IntN(3))
		case "offset":
			rows[i] = float32(1e4 + r.NormFloat64())
		case "huge":
			rows[i] = float32(3e38 * (2*r.Float64() - 1))
		case "tiny":
			rows[i] = float32(1e-45 * float64(r.IntN(5)))
		}
	}
	for j := range k {
		for t := range d {
			if n > 0 {
				centroids[j*d+t] = float64(rows[r.IntN(n)*d+t])
			}
			if kind == "normal" || kind == "offset" {
				centroids[j*d+t] += r.NormFloat64() / 8
			}
		}
	}
	return rows, centroids
}

func TestAssign(t *testing.T) {
	for _, im := range impls {
		t.Run(im.name, func(t *testing.T) {
			if !im.ok {
				t.Skip("this CPU cannot run it")
			}
			for _, kind := range []string{"normal", "grid", "offset", "huge", "tiny"} {
				for _, d := range []int{1, 2, 3, 4, 5, 8, 15, 16, 17, 64, 129, 600} {
					for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 10, 33, 130} {
						n := 37
						rows, cs := data(kind, n, d, k)
						labels, squared := make([]int32, n), make([]float64, n)
						im.pack(cs, k, d).Assign(rows, labels, squared)
						for i := range labels {
							l, s := Nearest(rows[i*d:(i+1)*d], cs)
							if int(labels[i]) != l || math.Float64bits(s) != math.Float64bits(squared[i]) {
								t.Fatalf("%s d=%d k=%d: row %d got (%d, %v), want (%d, %v)", kind, d, k, i, labels[i], squared[i], l, s)
							}
						}
					}
				}
			}
		})
	}
}

// Centroids in two parts choose as in one, and ties stay with the first.
func TestExtendInParts(t *testing.T) {
	for _, kind := range []string{"normal", "grid"} {
		for cut := 1; cut < 11; cut++ {
			n, d, k := 50, 3, 11
			rows, cs := data(kind, n, d, k)
			want, wantSq := make([]int32, n), make([]float64, n)
			Pack(cs, k, d).Assign(rows, want, wantSq)
			got, gotSq := make([]int32, n), make([]float64, n)
			Pack(cs[:cut*d], cut, d).Assign(rows, got, gotSq)
			Pack(cs[cut*d:], k-cut, d).Extend(rows, cut, got, gotSq)
			for i := range got {
				if got[i] != want[i] || gotSq[i] != wantSq[i] {
					t.Fatalf("%s cut %d row %d: got (%d, %v), want (%d, %v)", kind, cut, i, got[i], gotSq[i], want[i], wantSq[i])
				}
			}
		}
	}
}

func TestDistances(t *testing.T) {
	for _, k := range []int{1, 3, 4, 9} {
		n, d := 5, 6
		rows, cs := data("normal", n, d, k)
		c := Pack(cs, k, d)
		if c.K() != k || c.Dim() != d {
			t.Fatalf("Pack(%d, %d) says %d, %d", k, d, c.K(), c.Dim())
		}
		got := make([]float64, n*k)
		c.Distances(rows, got)
		for i := range n {
			for j := range k {
				if want := SquaredDistance(rows[i*d:(i+1)*d], cs[j*d:(j+1)*d]); got[i*k+j] != want {
					t.Errorf("k=%d: distance of row %d to %d = %v, want %v", k, i, j, got[i*k+j], want)
				}
			}
		}
	}
}

// No finite float32 row and centroid are too far apart for float64.
func TestSquaredDistanceDoesNotOverflow(t *testing.T) {
	d := 10000
	x, c := make([]float32, d), make([]float64, d)
	for t := range d {
		x[t], c[t] = math.MaxFloat32, -math.MaxFloat32
	}
	if s := SquaredDistance(x, c); math.IsInf(s, 0) {
		t.Error("the largest distance overflows")
	}
	x[0], c[0] = math.SmallestNonzeroFloat32, 0
	if s := SquaredDistance(x[:1], c[:1]); s == 0 {
		t.Error("the smallest distance underflows to 0")
	}
}

func TestNaNIsNotFinite(t *testing.T) {
	labels, squared := make([]int32, 1), make([]float64, 1)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		Pack([]float64{0, 1, 2}, 3, 1).Assign([]float32{float32(v)}, labels, squared)
		if s := squared[0]; s-s == 0 {
			t.Errorf("the squared distance of a row of %v is %v: it must show that the row is not finite", v, s)
		}
	}
}

func BenchmarkAssign(b *testing.B) {
	for _, s := range [][3]int{{1 << 16, 16, 10}, {1 << 16, 16, 100}, {1 << 17, 2, 8}, {1 << 10, 128, 256}, {1 << 12, 784, 10}, {1 << 8, 64, 4096}} {
		n, d, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%s/d=%d/k=%d", Name(), d, k), func(b *testing.B) {
			rows, cs := data("normal", n, d, k)
			c := Pack(cs, k, d)
			labels, squared := make([]int32, n), make([]float64, n)
			for b.Loop() {
				for lo := 0; lo < n; lo += 256 {
					c.Assign(rows[lo*d:(lo+256)*d], labels[lo:lo+256], squared[lo:lo+256])
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
