package e2e

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// figure is one line of the table that BenchmarkFigures prints.
type figure struct{ What, Measured, Wanted, Met string }

// figures gathers what the parts measure, in their order.
type figures struct {
	lines []figure
	files []string // lines of the table of what the first visit fetches
}

// note adds a figure that nothing is demanded of.
func (f *figures) note(what, format string, args ...any) {
	f.lines = append(f.lines, figure{What: what, Measured: fmt.Sprintf(format, args...)})
}

// limit adds a figure that is to be at most so much, in the unit that both are
// printed in. measured is what is printed of it; empty means the number alone.
func (f *figures) limit(what string, got, most float64, unit, measured string) {
	met := "yes"
	if !(got <= most) {
		met = "**no**"
	}
	if measured == "" {
		measured = number(got) + " " + unit
	}
	f.lines = append(f.lines, figure{what, measured, "≤ " + strings.TrimSpace(number(most)+" "+unit), met})
}

// number prints three digits that count.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// String is the table in Markdown.
func (f *figures) String() string {
	var s strings.Builder
	s.WriteString("| figure | measured | wanted | met |\n|---|---|---|---|\n")
	for _, l := range f.lines {
		fmt.Fprintf(&s, "| %s | %s | %s | %s |\n", l.What, l.Measured, l.Wanted, l.Met)
	}
	if len(f.files) > 0 {
		s.WriteString("\n| the first visit fetches | kB | requests |\n|---|--:|--:|\n" + strings.Join(f.files, ""))
	}
	return s.String()
}

// BenchmarkFigures measures what the project promises, on the built program,
// and prints it beside the promise. It judges nothing: how busy the machine is
// stands in the table. Run it with -benchtime 1x.
func BenchmarkFigures(b *testing.B) {
	var f figures
	for _, part := range []struct {
		name    string
		measure func(*testing.B, *figures)
	}{
		{"visit", measureVisit},
		{"event", measureEvent},
		{"upload", measureUpload},
		{"explore", measureExplore},
		{"inertia", measureInertia},
	} {
		b.Run(part.name, func(b *testing.B) {
			before, begin := load(), time.Now()
			defer func() { // also if it was skipped or failed
				switch {
				case b.Skipped():
					f.note(part.name, "skipped, the line above tells why")
				case b.Failed():
					f.note(part.name, "failed, the lines above tell why")
				}
				f.note("load average, "+part.name, "%s before, %s after %.0f s", before, load(), time.Since(begin).Seconds())
			}()
			for range b.N {
				part.measure(b, &f)
			}
		})
	}
	fmt.Printf("\n%s, %d processors, %s\n\n%s\n", processor(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02 15:04 MST"), f.String())
}

// load is the mean number of processes that ran or waited in the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}

// processor is what the system calls it.
func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(b)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			}
		}
	}
	return runtime.GOARCH
}

// quantile gives the value that a share q of all is not above.
func quantile(all []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, min(len(sorted)-1, int(math.Ceil(q*float64(len(sorted))))-1))]
}

func median(all []float64) float64 { return quantile(all, 0.5) }

// spread prints the least and the greatest of what a median is of.
func spread(all []float64, format string) string {
	return fmt.Sprintf(format+" to "+format, slices.Min(all), slices.Max(all))
}
