package dataset_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/server/format"
	"github.com/centroid-studio/centroid/shared/wire"
)

// writeTable writes a CSV of so many rows and columns of numbers and gives its size.
func writeTable(tb testing.TB, path string, rows, columns int) int64 {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for c := range columns {
		if c > 0 {
			w.WriteByte(',')
		}
		w.WriteByte(byte('a' + c))
	}
	var buf []byte
	for i := range rows {
		w.WriteByte('\n')
		for c := range columns {
			if c > 0 {
				w.WriteByte(',')
			}
			buf = strconv.AppendFloat(buf[:0], math.Sin(float64(i*columns+c)), 'f', 6, 64)
			w.Write(buf) // Flush tells of an error
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}

// peakMB gives the most memory that this process ever had, of the whole test
// binary; 0 where the system does not tell.
func peakMB() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	f := strings.Fields(rest)
	if len(f) == 0 {
		return 0
	}
	kB, err := strconv.ParseFloat(f[0], 64)
	if err != nil {
		return 0
	}
	return kB * 1024 / 1e6
}

// BenchmarkIngest keeps a table of 1e6 x 16 numbers, from a file, as an upload
// does: what is not in it is the connection. Wanted are at most 3 s, and less
// than 700 MB at the peak.
func BenchmarkIngest(b *testing.B) {
	s, _ := mustOpen(b, 0)
	path := filepath.Join(b.TempDir(), "table.csv")
	size := writeTable(b, path, 1_000_000, 16)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if d, err := s.Ingest(b.Context(), owner, "t", "", f); err != nil || d.Rows != 1_000_000 {
			b.Fatalf("Ingest() = %d rows, %v", d.Rows, err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(seconds, "s/upload")
	b.ReportMetric(float64(size)/1e6/seconds, "MB/s")
	b.ReportMetric(peakMB(), "peak-MB")
}

// BenchmarkIngestBeside reports how long other libraries need to read the table of
// BenchmarkIngest and write it as Parquet, which is without its hash, its counts of
// each column and the copy of the upload. PYTHON names a Python that has them.
func BenchmarkIngestBeside(b *testing.B) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "../../.venv-peers/bin/python"
	}
	if _, err := exec.LookPath(python); err != nil {
		b.Skipf("no %s: run `make bench`, or set PYTHON", python)
	}
	dir := b.TempDir()
	path := filepath.Join(dir, "table.csv")
	writeTable(b, path, 1_000_000, 16)
	for b.Loop() {
		out, err := exec.Command(python, "-B", "testdata/peers.py", path, dir).Output()
		if err != nil {
			b.Fatal(err)
		}
		var seconds map[string]float64
		if err := json.Unmarshal(out, &seconds); err != nil {
			b.Fatal(err)
		}
		for name, s := range seconds {
			b.ReportMetric(s, "s/"+name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// mustIngestFile keeps a file as a dataset.
func mustIngestFile(tb testing.TB, s *dataset.Service, path string) wire.Dataset {
	tb.Helper()
	d, err := s.IngestFile(tb.Context(), owner, "t", "", path)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// BenchmarkFormats writes a table of 1e6 x 16 numbers in each format and reads it
// again. The peak is that of the process so far: it must not grow with the table.
func BenchmarkFormats(b *testing.B) {
	s, _ := mustOpen(b, 0)
	path := filepath.Join(b.TempDir(), "table.csv")
	writeTable(b, path, 1_000_000, 16)
	d := mustIngestFile(b, s, path)
	for _, form := range format.Writable {
		file := filepath.Join(b.TempDir(), "table")
		b.Run("write/"+string(form), func(b *testing.B) {
			for b.Loop() {
				to, err := os.Create(file)
				if err != nil {
					b.Fatal(err)
				}
				if err := s.Export(b.Context(), owner, d.ID, 0, form, to); err != nil {
					b.Fatal(err)
				}
				info, err := to.Stat()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/1e6, "MB")
				if err := to.Close(); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
		b.Run("read/"+string(form), func(b *testing.B) {
			for b.Loop() {
				again, err := s.IngestFile(b.Context(), owner, "t", "", file)
				if err != nil || again.Hash != d.Hash {
					b.Fatalf("hash %s, want %s (%v)", again.Hash, d.Hash, err)
				}
				b.StopTimer()
				if err := s.Delete(b.Context(), owner, again.ID); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			report(b)
		})
	}
}

func report(b *testing.B) {
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/table")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(peakMB(), "peak-MB")
}
