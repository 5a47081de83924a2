//go:build unix

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
)

// busy is the seconds that a processor has worked for this program: others'
// work does not count.
func busy(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()) / 1e9
}

// blobs makes rows of k overlapping clusters, whose centers are 2√2 of their deviations
// apart, and the centroids that members of each would have.
func blobs(n, d, k, members int) (rows []float32, centroids []float64) {
	r := rand.New(rand.NewPCG(2, uint64(k)))
	rows, centroids = make([]float32, n*d), make([]float64, k*d)
	for i := range centroids {
		centroids[i] = r.NormFloat64() * 2 / math.Sqrt(float64(d))
	}
	for i := range n {
		for t, c := range centroids[r.IntN(k)*d:][:d] {
			rows[i*d+t] = float32(c + r.NormFloat64())
		}
	}
	for i := range centroids {
		centroids[i] += r.NormFloat64() / math.Sqrt(float64(members))
	}
	return rows, centroids
}

// goals are shapes of tasks that shall be quick: rows, features, clusters.
var goals = [][3]int{{1e6, 16, 10}, {1e6, 16, 100}, {2e6, 2, 8}, {1e5, 128, 256}, {6e4, 784, 10}, {1e4, 64, 4096}, {1e6, 8, 1000}, {5e4, 768, 1000}}

// benchRows is how many rows stand for those of a task.
func benchRows(s [3]int) int { return min(s[0], max(2048, 4<<20/(s[1]*s[2]))) }

// rate reports the time of fn by n rows, and 2dk of it as GFLOP/s, of one processor.
func rate(b *testing.B, n, d, k int, fn func()) {
	start := busy(b)
	for b.Loop() {
		fn()
	}
	seconds := (busy(b) - start) / float64(n) / float64(b.N)
	b.ReportMetric(1e9*seconds, "ns/row")
	b.ReportMetric(2e-9*float64(d*k)/seconds, "GFLOP/s")
}

// Each row's time in a pass, by implementation, and how much int16 leaves to float32.
func BenchmarkLabel(b *testing.B) {
	for _, s := range append([][3]int{{1, 16, 100}}, goals...) {
		d, k := s[1], s[2]
		n := benchRows(s)
		rows, cs := blobs(n, d, k, max(1, s[0]/k))
		labels := make([]int32, n)
		for i := range tested {
			if !tested[i].ok {
				continue
			}
			layout := NewLayout(n, d)
			c := tested[i].pack(layout, cs, k, d)
			b.Run(fmt.Sprintf("n=%d/d=%d/k=%d/%s", s[0], d, k, tested[i].name), func(b *testing.B) {
				rate(b, n, d, k, func() {
					for lo := 0; lo < n; lo += 512 {
						hi := min(lo+512, n)
						c.Label(lo, rows[lo*d:hi*d], labels[lo:hi])
					}
				})
				if share, ok := late(c); ok {
					b.ReportMetric(100*share, "%late")
				}
			})
		}
	}
}
