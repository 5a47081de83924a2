package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// data makes rows that have what kernels get wrong: exact ties, duplicates, a large offset.
func data(kind string, n, d, k int) (rows []float32, centroids []float64) {
	r := rand.New(rand.NewPCG(1, uint64(n*1000003+d*1009+k)))
	rows, centroids = make([]float32, n*d), make([]float64, k*d)
	for i := range rows {
		switch kind {
		case "normal", "twins", "far", "between":
			rows[i] = float32(r.NormFloat64())
		case "grid":
			rows[i] = float32(r.IntN(3))
		case "offset":
			rows[i] = float32(1e4 + r.NormFloat64())
		case "big":
			rows[i] = float32(1e15 * (2*r.Float64() - 1))
		case "huge":
			rows[i] = float32(3e38 * (2*r.Float64() - 1))
		case "tiny":
			rows[i] = float32(1e-45 * float64(r.IntN(5)))
		case "small":
			rows[i] = float32(1e-15 * r.NormFloat64())
		}
	}
	for j := range k {
		from := r.IntN(max(n, 1))
		for t := range d {
			at := &centroids[j*d+t]
			switch {
			case kind == "twins" && j > 0 && j%3 > 0: // those in threes are equal, but for a zero's sign
				*at = centroids[(j-1)*d+t]
				if *at == 0 {
					*at = math.Copysign(0, -1)
				}
			case n > 0 && (kind == "huge" || kind == "tiny"):
				*at = float64(rows[r.IntN(n)*d+t])
			case n > 0:
				*at = float64(rows[from*d+t])
			}
			if kind == "normal" || kind == "offset" {
				*at += r.NormFloat64() / 8
			}
			if kind == "far" && j == 0 {
				*at = 1e9
			}
		}
	}
	if kind == "between" { // two centroids: as near to one as to the other, almost
		for i := range n {
			one, other, shift := r.IntN(k), r.IntN(k), math.Pow(10, -2-6*r.Float64())
			for t := range d {
				a, b := centroids[one*d+t], centroids[other*d+t]
				rows[i*d+t] = float32((a+b)/2 + shift*(a-b))
			}
		}
	}
	return rows, centroids
}

var kinds = []string{"normal", "grid", "offset", "twins", "far", "between", "big", "huge", "tiny", "small"}

// each runs fn for all implementations.
func each(t *testing.T, fn func(t *testing.T, im *impl)) {
	for i := range tested {
		t.Run(tested[i].name, func(t *testing.T) {
			if !tested[i].ok {
				t.Skip("this CPU cannot run it")
			}
			fn(t, &tested[i])
		})
	}
}

// tested is all implementations, and those that are there for tests.
var tested = append(impls[:len(impls):len(impls)], forced...)

// guarded makes a slice of n values with others before and after it, and tells
// whether these are as they were.
func guarded[T float32 | float64 | int32 | uint32](n int, guard T) (s []T, whole func() bool) {
	const width = 32
	all := make([]T, n+2*width)
	for i := range all {
		all[i] = guard
	}
	return all[width : width+n : width+n], func() bool {
		for i, v := range all {
			if (i < width || i >= width+n) && v != guard {
				return false
			}
		}
		return true
	}
}

// check compares Assign with Nearest.
func (im *impl) check(rows []float32, centroids []float64, n, d, k int) error {
	// What lies beyond the rows is no number, so that who reads it shows it.
	x := make([]float32, (n+64)*d)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	x = x[32*d:][:n*d]
	copy(x, rows)
	labels, wholeLabels := guarded[int32](n, -7)
	squared, wholeSquared := guarded[float64](n, -7)
	im.pack(nil, centroids, k, d).Assign(x, labels, squared)
	if !wholeLabels() || !wholeSquared() {
		return errors.New("it wrote beyond the labels or distances")
	}
	if err := im.checkLabel(x, centroids, n, d, k, labels); err != nil {
		return err
	}
	for i := range n {
		l, s := Nearest(rows[i*d:(i+1)*d], centroids)
		if int(labels[i]) != l || math.Float64bits(s) != math.Float64bits(squared[i]) {
			return fmt.Errorf("row %d got (%d, %v), want (%d, %v)", i, labels[i], squared[i], l, s)
		}
	}
	return nil
}

// checkLabel compares Label with want, without a Layout and with one that is used by
// other centroids before, and in two pieces.
func (im *impl) checkLabel(x []float32, centroids []float64, n, d, k int, want []int32) error {
	layout, more := NewLayout(n, d), make([]float64, len(centroids))
	for i, v := range centroids {
		more[i] = v + v/2
	}
	half := n / 2 / PanelRows * PanelRows
	for i, c := range []*Centers{im.pack(nil, centroids, k, d), im.pack(layout, centroids, k, d), im.pack(layout, more, k, d), im.pack(layout, centroids, k, d)} {
		labels, whole := guarded[int32](n, -7)
		c.Label(0, x[:half*d], labels[:half])
		c.Label(half, x[half*d:], labels[half:])
		if !whole() {
			return errors.New("Label wrote beyond the labels")
		}
		want := want
		if i == 2 {
			want = make([]int32, n)
			c.define(x, want, make([]float64, n))
		}
		for row, l := range labels {
			if l != want[row] {
				return fmt.Errorf("Label (call %d) of row %d = %d, want %d", i, row, l, want[row])
			}
		}
	}
	return nil
}

func TestAssign(t *testing.T) {
	shapes := [][3]int{}
	for _, d := range []int{1, 2, 3, 4, 5, 8, 15, 16, 17, 64, 130, 600, 784} {
		for _, k := range []int{1, 2, 3, 4, 5, 7, 10, 33, 130} {
			shapes = append(shapes, [3]int{37, d, k})
		}
	}
	for n := range 130 {
		shapes = append(shapes, [3]int{n, 3, 7}, [3]int{n, 18, 13})
	}
	for k := range 40 {
		shapes = append(shapes, [3]int{2, 5, k + 1})
	}
	for d := range 130 {
		shapes = append(shapes, [3]int{35, d + 1, 9})
	}
	for k := range 300 {
		shapes = append(shapes, [3]int{33, 6, k + 1})
	}
	shapes = append(shapes, [3]int{1100, 2, 8}, [3]int{700, 16, 10}, [3]int{40, 10000, 3})
	each(t, func(t *testing.T, im *impl) {
		for _, kind := range kinds {
			for _, s := range shapes {
				rows, cs := data(kind, s[0], s[1], s[2])
				if err := im.check(rows, cs, s[0], s[1], s[2]); err != nil {
					t.Errorf("%s n=%d d=%d k=%d: %v", kind, s[0], s[1], s[2], err)
				}
			}
		}
	})
}

// A row that is not finite harms no other.
func TestAssignBesideNaN(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		n, d, k := 100, 5, 9
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat32} {
			rows, cs := data("normal", n, d, k)
			rows[17*d], rows[60*d+3], rows[61*d] = float32(v), float32(v), float32(-v)
			if err := im.check(rows, cs, n, d, k); err != nil {
				t.Errorf("beside %v: %v", v, err)
			}
		}
	})
}

func FuzzAssign(f *testing.F) {
	f.Add([]byte{0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64}, uint8(1), uint8(2))
	f.Add(make([]byte, 400), uint8(3), uint8(7))
	f.Fuzz(func(t *testing.T, b []byte, dim, clusters uint8) {
		d, k := int(dim)+1, int(clusters)+1
		x := make([]float32, len(b)/4)
		for i := range x {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		n := len(x) / d
		if n == 0 {
			return
		}
		rows, centroids := x[:n*d], make([]float64, k*d)
		for i := range centroids { // rows, and what lies between two of them
			v := float64(rows[i%len(rows)])
			if i/len(rows)%2 == 1 {
				v = v/2 + float64(rows[(i+d)%len(rows)])/2
			}
			if v-v != 0 {
				v = 0 // the caller's promise
			}
			centroids[i] = v
		}
		for i := range tested {
			if tested[i].ok {
				if err := tested[i].check(rows, centroids, n, d, k); err != nil {
					t.Errorf("%s n=%d d=%d k=%d: %v", tested[i].name, n, d, k, err)
				}
			}
		}
	})
}

func TestAccumulate(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for d := 1; d < 40; d++ {
			n, k := 50, 3
			rows, start := data("offset", n, d, k)
			labels := make([]int32, n)
			for i := range labels {
				labels[i] = int32(i * i % k)
			}
			want := slices.Clone(start)
			got, whole := guarded[float64](k*d, -7)
			copy(got, start)
			for i, l := range labels {
				for j, v := range rows[i*d : (i+1)*d] {
					want[int(l)*d+j] += float64(v)
				}
			}
			im.accumulate(rows, d, labels, got)
			if !slices.Equal(got, want) || !whole() {
				t.Errorf("accumulate of %d features = %v, want %v", d, got, want)
			}
		}
		im.accumulate(nil, 3, nil, nil)
	})
}

// Centroids in two parts choose as in one, and ties stay with the first.
func TestExtendInParts(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for _, kind := range kinds {
			for cut := 1; cut < 11; cut++ {
				n, d, k := 300, 3, 11
				rows, cs := data(kind, n, d, k)
				want, wantSq := make([]int32, n), make([]float64, n)
				im.pack(nil, cs, k, d).Assign(rows, want, wantSq)
				got, gotSq := make([]int32, n), make([]float64, n)
				im.pack(nil, cs[:cut*d], cut, d).Assign(rows, got, gotSq)
				im.pack(nil, cs[cut*d:], k-cut, d).Extend(rows, cut, got, gotSq)
				if !slices.Equal(got, want) || !slices.Equal(gotSq, wantSq) {
					t.Errorf("%s cut %d: got %v %v, want %v %v", kind, cut, got, gotSq, want, wantSq)
				}
			}
		}
	})
}

func TestDistances(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for _, k := range []int{1, 3, 4, 9, 16, 17, 23, 40} {
			n, d := 5, 6
			rows, cs := data("normal", n, d, k)
			c := im.pack(nil, cs, k, d)
			if c.K() != k || c.Dim() != d {
				t.Fatalf("pack(%d, %d) says %d, %d", k, d, c.K(), c.Dim())
			}
			got, whole := guarded[float64](n*k, -7)
			im.all(c, rows, got)
			for i := range n {
				for j := range k {
					if want := SquaredDistance(rows[i*d:(i+1)*d], cs[j*d:(j+1)*d]); got[i*k+j] != want {
						t.Errorf("k=%d: distance of row %d to %d = %v, want %v", k, i, j, got[i*k+j], want)
					}
				}
			}
			if !whole() {
				t.Errorf("k=%d: it wrote beyond the distances", k)
			}
		}
	})
}

func TestPotentials(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for _, k := range []int{1, 3, 4, 5, 9} {
			for n := range 14 {
				for _, weighted := range []bool{false, true} {
					d := 6
					rows, cs := data("normal", n, d, k)
					squared, weights := make([]float64, n), []float64(nil)
					for i := range squared {
						squared[i] = float64(i * k)
					}
					if n > 0 {
						squared[n/2] = math.Inf(1)
					}
					if weighted {
						weights = make([]float64, n)
						for i := range weights {
							weights[i] = 1 / float64(i+3)
						}
					}
					got, whole := guarded[float64](k, -7)
					want := make([]float64, k)
					for j := range k {
						got[j], want[j] = float64(j), float64(j)
						for i := range n {
							sq := min(squared[i], SquaredDistance(rows[i*d:(i+1)*d], cs[j*d:(j+1)*d]))
							if weighted {
								sq = float64(weights[i] * sq)
							}
							want[j] += sq
						}
					}
					im.potentials(im.pack(nil, cs, k, d), rows, squared, weights, got)
					if !slices.Equal(got, want) || !whole() {
						t.Errorf("potentials of %d rows, %d candidates, weighted %v = %v, want %v", n, k, weighted, got, want)
					}
				}
			}
		}
	})
}

func TestSurvey(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for d := 1; d < 20; d++ {
			n := 9
			rows, origin := data("offset", n, d, 1)
			sum, wholeSum := guarded[float64](d, -7)
			square, wholeSquare := guarded[float64](d, -7)
			most, wholeMost := guarded[uint32](d, 9)
			wantSum, wantSquare, wantMost := make([]float64, d), make([]float64, d), make([]uint32, d)
			for j := range d {
				sum[j], wantSum[j], square[j], wantSquare[j], most[j] = 1, 1, 3, 3, 0
				for i := range n {
					v := rows[i*d+j]
					e := float64(v) - origin[j]
					wantSum[j] += e
					wantSquare[j] += float64(e * e)
					wantMost[j] = max(wantMost[j], math.Float32bits(max(v, -v)))
				}
			}
			im.survey(rows, origin, sum, square, most)
			if !slices.Equal(sum, wantSum) || !slices.Equal(square, wantSquare) || !slices.Equal(most, wantMost) || !wholeSum() || !wholeSquare() || !wholeMost() {
				t.Errorf("survey of %d features = %v, %v, %v, want %v, %v, %v", d, sum, square, most, wantSum, wantSquare, wantMost)
			}
		}
	})
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

// Lower bounds hold, and are close where nothing hinders.
func TestBounds(t *testing.T) {
	each(t, func(t *testing.T, im *impl) {
		for _, kind := range kinds {
			for _, s := range [][3]int{{70, 1, 2}, {300, 3, 11}, {40, 16, 100}, {33, 130, 5}, {3, 4, 4}, {50, 2, 1}} {
				n, d, k := s[0], s[1], s[2]
				rows, cs := data(kind, n, d, k)
				c := im.pack(nil, cs, k, d)
				labels, squared, want := make([]int32, n), make([]float64, n), make([]float64, n)
				lower, whole := guarded[float32](n, -7)
				c.AssignBounded(rows, labels, squared, lower)
				close := 0
				for i, l := range labels {
					x, least := rows[i*d:(i+1)*d], math.Inf(1)
					label, sq := Nearest(x, cs)
					for j := range k {
						if j != int(l) {
							least = min(least, SquaredDistance(x, cs[j*d:(j+1)*d]))
						}
					}
					v := float64(lower[i])
					if int(l) != label || squared[i] != sq || !(v >= 0) || v*v > least || c.Stays(sq, lower[i]) && sq >= least {
						t.Fatalf("%s n=%d d=%d k=%d: row %d has label %d, squared distance %v, bound %v; want %d, %v, at most the root of %v", kind, n, d, k, i, l, squared[i], v, label, sq, least)
					}
					if v >= .95*math.Sqrt(least) || v == math.MaxFloat32 {
						close++
					}
				}
				if kind == "normal" && n > 4 && close < n*9/10 {
					t.Errorf("n=%d d=%d k=%d: %d bounds are close, want nearly all", n, d, k, close)
				}
				im.measure(rows, d, cs, labels, want)
				if !slices.Equal(squared, want) || !whole() {
					t.Errorf("%s n=%d d=%d k=%d: Measure = %v, want %v", kind, n, d, k, want, squared)
				}
			}
		}
	})
}

// A bound is lowered by at least the drift, and never below 0.
func TestLowered(t *testing.T) {
	for _, c := range []struct{ lower, drift, least float64 }{{3, 1, 1.999}, {1, 0x1p-500, .999}, {1, 0x1p-40, .999}, {1, 2, 0}, {0, 0, 0}, {1e-30, 0, 0}} {
		got := float64(Lowered(float32(c.lower), c.drift))
		if got > max(0, c.lower-c.drift) || got < c.least || c.drift > 0 && got >= c.lower && got > 0 {
			t.Errorf("Lowered(%v, %v) = %v, want at least %v, and less than the difference", c.lower, c.drift, got, c.least)
		}
	}
}
