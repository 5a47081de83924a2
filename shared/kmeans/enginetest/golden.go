package enginetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/kmeans"
)

// Golden is trainings on the same rows whose bits are the same on every machine,
// by any kernel and any number of workers, interrupted or not.
type Golden struct {
	Case
	Configs []kmeans.Config
	Bits    []string // of each training, see bitsOf
}

// Goldens gives all of them. iris is the text of web/sample/iris.csv.
func Goldens(iris string) ([]Golden, error) {
	flowers, err := Iris(iris, 120)
	if err != nil {
		return nil, err
	}
	// Two groups, so far apart that float32 mistakes the nearest of a row's own.
	offset := Blobs(3000, 8, 12, 1, 3)
	for i := range offset {
		offset[i] += 1e4 + float32(i/8%2*300)
	}
	weights := make([]float64, 4000)
	for i := range weights {
		weights[i] = float64(int(5*kmeans.Uniform(2, 1, uint64(i)))) / 3
	}
	// Large enough that all ways to label run: some thousand rows of 16 features and
	// 32 clusters, with many rows near a border.
	overlapped := Blobs(4000, 16, 32, 3, 1)
	all := []Golden{
		{Case: Case{Name: "overlapped clusters", Rows: overlapped, N: 4000, D: 16, K: 32}},
		{Case: Case{Name: "overlapped and weighted clusters", Rows: overlapped, N: 4000, D: 16, K: 32, Weights: weights}},
		{Case: Case{Name: "separated clusters", Rows: Blobs(20000, 3, 9, .1, 2), N: 20000, D: 3, K: 9}},
		{Case: Case{Name: "tied rows", Rows: flowers, N: 120 * 150, D: 4, K: 10}},
		{Case: Case{Name: "offset by 10,000", Rows: offset, N: 3000, D: 8, K: 12}},
		{Case: Case{Name: "high-dimensional", Rows: Blobs(1500, 200, 10, 4, 4), N: 1500, D: 200, K: 10}},
		{Case: Case{Name: "many clusters", Rows: Blobs(2500, 16, 40, 2, 5), N: 2500, D: 16, K: 100}},
	}
	for i, g := range all {
		all[i].Configs = []kmeans.Config{
			{K: g.K, Seed: 42, Tolerance: 1e-4, MaxIterations: 6},
			{K: g.K, Seed: 42, MaxIterations: 4, Init: kmeans.PlusPlus},
			{K: g.K, Seed: 42, MaxIterations: 5, Init: kmeans.Random, Restarts: 2, Algorithm: kmeans.Lloyd},
			{K: g.K, Seed: 42, MaxIterations: 5, Init: kmeans.Random, Restarts: 2, Algorithm: kmeans.Hamerly},
			{K: g.K, Seed: 42, MaxIterations: 3, Init: kmeans.Random, Distance: kmeans.Cosine, Sample: int64(g.N / 2)},
			{K: g.K, Seed: 42, MaxIterations: 3, Init: kmeans.Random, Algorithm: kmeans.MiniBatch, Batch: g.N / 8},
			{K: min(g.K, 10), Seed: 42, MaxIterations: 3, Init: kmeans.Random, Algorithm: kmeans.Bisecting},
		}
	}
	for _, c := range Cases() {
		if c.Name == "all rows equal" {
			continue // has no 3 different rows
		}
		g := Golden{Case: c}
		for _, init := range []kmeans.Init{kmeans.Parallel, kmeans.PlusPlus, kmeans.Random} {
			g.Configs = append(g.Configs, kmeans.Config{K: c.K, Init: init, Tolerance: 1e-4, Seed: 42, MaxIterations: 8})
		}
		all = append(all, g)
	}
	for i := range all {
		all[i].Bits = strings.Fields(goldenBits[all[i].Name])
	}
	return all, nil
}

// Iris gives the four measurements of the sample file, times over: exact duplicates.
func Iris(text string, times int) ([]float32, error) {
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var one []float32
	for _, line := range lines[1:] {
		for _, s := range line[:4] {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return nil, err
			}
			one = append(one, float32(v))
		}
	}
	return slices.Repeat(one, times), nil
}

// Lane makes engines of one kind.
type Lane struct {
	Name string
	Make func(rows []float32, n, d int) Engine
}

// RunGolden holds each lane to the golden bits; and trainings that are killed at
// each checkpoint, where another lane goes on.
func RunGolden(t *testing.T, iris string, lanes ...Lane) {
	all, err := Goldens(iris)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		t.Run(g.Name, func(t *testing.T) {
			t.Parallel()
			engine := func(l Lane) Engine {
				e := l.Make(g.Rows, g.N, g.D)
				if g.Weights != nil {
					if err := e.Weigh(g.Weights); err != nil {
						t.Fatal(err)
					}
				}
				return e
			}
			check := func(name string, train func(cfg kmeans.Config) (string, error)) {
				var got []string
				for _, cfg := range g.Configs {
					bits, err := train(cfg)
					if err != nil {
						t.Fatalf("%s: %+v: %v", name, cfg, err)
					}
					got = append(got, bits)
				}
				if !slices.Equal(got, g.Bits) {
					t.Errorf("%s: bits = %v, want %v", name, got, g.Bits)
				}
			}
			for _, l := range lanes {
				check(l.Name, func(cfg kmeans.Config) (string, error) {
					e := engine(l)
					var passes []kmeans.PassInfo
					r, err := kmeans.Run(t.Context(), e, cfg, nil, kmeans.Observer{Pass: func(p kmeans.PassInfo, _ kmeans.Checkpoint) { passes = append(passes, p) }})
					if err != nil {
						return "", err
					}
					return bitsOf(passes, r, e.Labels()), nil
				})
			}
			check("killed and resumed", func(cfg kmeans.Config) (string, error) {
				return interrupted(t.Context(), cfg, func(i int) Engine { return engine(lanes[i%len(lanes)]) })
			})
		})
	}
}

// interrupted trains in attempts: each but the last is killed at its first
// checkpoint, of which the next has what JSON keeps.
func interrupted(ctx context.Context, cfg kmeans.Config, engine func(attempt int) Engine) (string, error) {
	var passes []kmeans.PassInfo
	var from *kmeans.Checkpoint
	for attempt := 0; ; attempt++ {
		ctx, kill := context.WithCancelCause(ctx)
		killed := errors.New("killed")
		var kept []byte
		e := engine(attempt)
		r, err := kmeans.Run(ctx, e, cfg, from, kmeans.Observer{Pass: func(p kmeans.PassInfo, c kmeans.Checkpoint) {
			if kept != nil {
				return // work that is lost
			}
			passes = append(passes, p)
			var err error
			if kept, err = json.Marshal(c); err != nil {
				panic(err) // no number is NaN or infinite
			}
			kill(killed)
		}})
		kill(nil)
		switch {
		case err == nil:
			return bitsOf(passes, r, e.Labels()), nil
		case !errors.Is(err, killed):
			return "", err
		}
		from = &kmeans.Checkpoint{}
		if err := json.Unmarshal(kept, from); err != nil {
			return "", fmt.Errorf("attempt %d: %w", attempt, err)
		}
	}
}

// bitsOf gives a hash of all bits of a training: of its passes, its result and its labels.
func bitsOf(passes []kmeans.PassInfo, r *kmeans.Result, labels []int32) string {
	h := sha256.New()
	all := []any{r.Centroids.Data, r.Inertia, r.Within, r.Sizes, r.Weight, labels, int64(r.Passes), int64(r.Restart), r.Converged}
	for _, p := range passes {
		all = append(all, int64(p.Restart), int64(p.Pass), p.Centroids.Data, p.Inertia, p.Shift, p.Changed, int64(p.Relocated))
	}
	for _, v := range all {
		if err := binary.Write(h, binary.LittleEndian, v); err != nil {
			panic(err) // all have fixed sizes
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}
