package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/server/npy"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

const (
	bigRows, bigCols = 1_000_000, 16
	hugeTimes        = 14              // the rows of the table, again and again: 2 GB
	hugeNeeds        = 10e9            // bytes free on the disk, else it is left out
	hugeWithin       = time.Minute * 3 // a slow machine is not worth more
)

// overlapping makes rows of Gaussian blobs that overlap: k-means takes many
// passes over them.
func overlapping(rows, cols int) npy.Matrix {
	rng := rand.New(rand.NewPCG(3, 4))
	middles := make([]float64, 100*cols)
	for i := range middles {
		middles[i] = 3 * rng.Float64()
	}
	m := npy.Matrix{Rows: rows, Cols: cols, Data: make([]float32, rows*cols)}
	for i := range rows {
		middle := middles[rng.IntN(100)*cols:][:cols]
		for c := range cols {
			m.Data[i*cols+c] = float32(middle[c] + rng.NormFloat64())
		}
	}
	return m
}

// writeCSV writes a header and the rows, and gives how long each is.
func writeCSV(tb testing.TB, path string, m npy.Matrix) (header, rows int64) {
	tb.Helper()
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	var line []byte
	for c := range m.Cols {
		line = fmt.Appendf(line, "%sx%d", sep(c), c)
	}
	line = append(line, '\n')
	header = int64(len(line))
	for i := range m.Rows {
		w.Write(line) // Flush tells of an error
		line = line[:0]
		for c := range m.Cols {
			line = append(line, sep(c)...)
			line = strconv.AppendFloat(line, float64(m.Data[i*m.Cols+c]), 'f', 6, 64)
		}
		line = append(line, '\n')
		rows += int64(len(line))
	}
	w.Write(line)
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		tb.Fatal(err)
	}
	return header, rows
}

// memory reads a line of what the system says about the server's process, in MB: VmRSS or VmHWM.
func (s *server) memory(line string) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), line+":")
	kB, err := strconv.ParseFloat(strings.Fields(rest + " none")[0], 64)
	return kB * 1024 / 1e6, err
}

// mustMemory is memory on a system that tells it.
func (s *server) mustMemory(line string) float64 {
	s.t.Helper()
	mb, err := s.memory(line)
	if err != nil {
		s.t.Skipf("the system does not tell the memory of a process: %v", err)
	}
	return mb
}

// upload sends a CSV file of so many bytes and gives the dataset, once the
// server answers with it, and how long that took.
func (a *api) upload(ctx context.Context, name string, body io.Reader, size int64) (wire.Dataset, time.Duration, error) {
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, "POST", a.url+wire.API+"/datasets?name="+name, body)
	if err != nil {
		return wire.Dataset{}, 0, err
	}
	req.ContentLength = size
	req.Header.Set("Authorization", "Bearer "+a.token)
	req.Header.Set("Content-Type", "text/csv")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return wire.Dataset{}, 0, err
	}
	defer res.Body.Close()
	var d wire.Dataset
	if res.StatusCode != http.StatusCreated {
		b, _ := io.ReadAll(res.Body) // words for the message below
		return d, 0, fmt.Errorf("%s: %s", res.Status, b)
	}
	err = json.NewDecoder(res.Body).Decode(&d)
	return d, time.Since(begin), err
}

// measureUpload sends a table of a million rows to a server of its own each
// time, then one of 2 GB, and reads the server's memory.
func measureUpload(tb *testing.B, f *figures) {
	path := filepath.Join(tb.TempDir(), "table.csv")
	header, rows := writeCSV(tb, path, overlapping(bigRows, bigCols))
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()

	var took, peak []float64
	for range 3 {
		s := startServer(tb)
		a := program(tb, s, "uploader")
		d, t, err := a.upload(tb.Context(), "table", io.NewSectionReader(file, 0, header+rows), header+rows)
		if err != nil || d.Rows != bigRows {
			tb.Fatalf("upload: %d rows, %v", d.Rows, err)
		}
		took = append(took, t.Seconds())
		peak = append(peak, s.mustMemory("VmHWM"))
		// What was said to be ready is trained on.
		a.train(wire.TrainStart{Dataset: d.ID, Prep: prep.Config{Scale: prep.Standard}, Config: kmeans.Config{K: 8, Init: kmeans.Random, MaxIterations: 2}})
		s.Kill()
	}
	what := fmt.Sprintf("upload of 1e6 x 16, %.0f MB, ", float64(header+rows)/1e6)
	f.limit(what+"until it can be trained on (median of 3)", median(took), 3, "s", fmt.Sprintf("%s s (%s)", number(median(took)), spread(took, "%.2f")))
	f.limit(what+"server's peak RSS", median(peak), 700, "MB", fmt.Sprintf("%.0f MB (%s)", median(peak), spread(peak, "%.0f")))
	measureHuge(tb, f, file, header, rows)
}

// watchMemory reads the server's memory ten times a second until stop is
// called, which gives the greatest of each quarter of that time.
func (s *server) watchMemory() (stop func() []string) {
	s.t.Helper()
	var seen []float64
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			if mb, err := s.memory("VmRSS"); err == nil { // it did tell before
				seen = append(seen, mb)
			}
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	}()
	return func() (quarters []string) {
		close(ended)
		<-done
		for quarter := range slices.Chunk(seen, max(1, (len(seen)+3)/4)) {
			quarters = append(quarters, fmt.Sprintf("%.0f MB", slices.Max(quarter)))
		}
		return quarters
	}
}

// measureHuge sends the table's rows again and again, up to 2 GB.
func measureHuge(tb *testing.B, f *figures, file io.ReaderAt, header, rows int64) {
	const what = "upload of 2 GB"
	s := startServer(tb)
	var disk syscall.Statfs_t
	if err := syscall.Statfs(s.Dir, &disk); err != nil {
		tb.Fatal(err)
	}
	if free := float64(disk.Bavail) * float64(disk.Bsize); free < hugeNeeds {
		f.note(what, "left out: the disk has %.1f GB free, want %.0f", free/1e9, hugeNeeds/1e9)
		return
	}
	a := program(tb, s, "uploader")
	before := s.mustMemory("VmRSS")
	body := []io.Reader{io.NewSectionReader(file, 0, header)}
	for range hugeTimes {
		body = append(body, io.NewSectionReader(file, header, rows))
	}
	size := header + rows*hugeTimes
	ctx, cancel := context.WithTimeoutCause(tb.Context(), hugeWithin, fmt.Errorf("it took more than %v", hugeWithin))
	defer cancel()
	stop := s.watchMemory()
	d, t, err := a.upload(ctx, "huge", io.MultiReader(body...), size)
	during := stop()
	switch {
	case ctx.Err() != nil:
		f.note(what, "left out: %v", context.Cause(ctx))
		return
	case err != nil || d.Rows != bigRows*hugeTimes:
		tb.Fatalf("upload: %d rows, %v", d.Rows, err)
	}
	f.note(what, "%d rows in %.1f s (%.0f MB/s)", d.Rows, t.Seconds(), float64(size)/1e6/t.Seconds())
	f.note(what+", server's RSS", "%.0f MB before; at most %s in each quarter of the time; %.0f MB after; peak %.0f MB",
		before, strings.Join(during, ", "), s.mustMemory("VmRSS"), s.mustMemory("VmHWM"))
	s.Kill()
}
