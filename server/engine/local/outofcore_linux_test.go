package local_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/centroid-studio/centroid/server/engine/local"
	"github.com/centroid-studio/centroid/server/mapped"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/kmeans/enginetest"
)

// BenchmarkOutOfCore trains on a mapped file of ROWS rows of 16 features, by default
// 2,000,000, from k-means|| on. It tells how quick a pass is that reads from the disk,
// beside a plain read from it; how quick passes are from the page cache, beside a plain
// read of the mapping by as many goroutines; and the most memory that no file backed.
// ROWS=100000000 takes 6.4 GB in the temporary folder.
func BenchmarkOutOfCore(b *testing.B) {
	const d, workers = 16, 2
	n := 2_000_000
	if s := os.Getenv("ROWS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	path := writeRows(b, n, d)
	speed := func(t time.Duration) float64 { return float64(n*d*4) / 1e9 / t.Seconds() }
	evict(b, path)
	disk := readFile(b, path)
	for _, k := range []int{2, 10} {
		b.Run(fmt.Sprintf("n=%d/d=%d/k=%d", n, d, k), func(b *testing.B) {
			evict(b, path)
			f, err := mapped.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			e := local.New(mapped.As[float32](f.Bytes()), n, d, workers)
			e.ReadAhead()
			most := 0
			watch := func(int64, int64) { most = max(most, anonymous(b)) }
			c, err := e.Gather(b.Context(), []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}[:k])
			if err != nil {
				b.Fatal(err)
			}
			begin := time.Now()
			if _, err := e.Pass(b.Context(), c, watch); err != nil {
				b.Fatal(err)
			}
			cold := time.Since(begin)
			read := min(readAll(b, f.Bytes(), workers), readAll(b, f.Bytes(), workers))

			var passes []time.Duration
			for b.Loop() {
				e = local.New(mapped.As[float32](f.Bytes()), n, d, workers)
				e.ReadAhead()
				last := time.Now()
				ob := kmeans.Observer{Rows: watch, Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) {
					if p.Pass > 1 { // the first one's time has the seeding in it
						passes = append(passes, time.Since(last))
					}
					last = time.Now()
				}}
				if _, err := kmeans.Run(b.Context(), e, kmeans.Config{K: k, Seed: 1, MaxIterations: 6}, nil, ob); err != nil {
					b.Fatal(err)
				}
			}
			slices.Sort(passes)
			pass := passes[len(passes)/2]
			b.ReportMetric(speed(disk), "disk-GB/s")
			b.ReportMetric(speed(cold), "disk-pass-GB/s")
			b.ReportMetric(speed(read), "cache-GB/s")
			b.ReportMetric(speed(pass), "cache-pass-GB/s")
			b.ReportMetric(float64(most)/1e6, "anonymous-MB")
		})
	}
}

// evict drops a file from the page cache.
func evict(b *testing.B, path string) {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)); err != nil {
		b.Fatal(err)
	}
}

// readFile gives how long a plain read of a file takes.
func readFile(b *testing.B, path string) time.Duration {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	begin := time.Now()
	buf := make([]byte, 4<<20)
	for err == nil {
		_, err = f.Read(buf)
	}
	if err != io.EOF {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// writeRows writes n rows of d features to a file: a block of clusters again and again,
// each time a little further on.
func writeRows(b *testing.B, n, d int) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "rows.f32")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	block := enginetest.Blobs(min(n, 1<<16), d, 10, 1.5, 1)
	for left := n * d; left > 0; left -= len(block) {
		if _, err := f.Write(mapped.BytesOf(block[:min(len(block), left)])); err != nil {
			b.Fatal(err)
		}
		for i := range block {
			block[i] += .001
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// readAll gives how long workers take to read content.
func readAll(b *testing.B, content []byte, workers int) time.Duration {
	b.Helper()
	const piece = 1 << 21
	words := mapped.As[int64](content)
	var total atomic.Int64
	begin := time.Now()
	if err := local.Each(workers)(b.Context(), (len(words)+piece-1)/piece, func(i int) error {
		var s0, s1, s2, s3 int64
		w := words[i*piece : min((i+1)*piece, len(words))]
		for ; len(w) >= 8; w = w[8:] { // a cache line
			s0, s1, s2, s3 = s0+w[0]+w[4], s1+w[1]+w[5], s2+w[2]+w[6], s3+w[3]+w[7]
		}
		total.Add(s0 + s1 + s2 + s3)
		return nil
	}, func(int) {}); err != nil {
		b.Fatal(err)
	}
	runtime.KeepAlive(&total)
	return time.Since(begin)
}

// anonymous gives the bytes of this process that no file backs.
func anonymous(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var kB int
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		b.Fatal(err)
	}
	return kB << 10
}
