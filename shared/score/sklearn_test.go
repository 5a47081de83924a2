package score

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kernel"
	"github.com/centroid-studio/centroid/shared/kmeans"
)

// outcome is what testdata/sklearn.py prints. Base64 is of little-endian values.
type outcome struct {
	Sklearn, Kneed string
	Cases          []struct {
		Name             string
		Dim, K           int
		Data             floats
		Labels           ints
		Silhouette       *float64 // nil: not defined
		CalinskiHarabasz *float64
		DaviesBouldin    *float64
	}
	Comparisons []struct {
		Name             string
		Clusters, Labels ints
		ARI, NMI         float64
	}
	Gap struct {
		Dim        int
		Data       floats
		References []floats
		Steps      []struct {
			K          int
			Labels     ints
			References []ints
			Gap, Error float64
		}
		K int
	}
	Knees []struct {
		K       []int
		Inertia []float64
		Knee    int // 0: none
	}
}

type floats []float32

func (f *floats) UnmarshalJSON(b []byte) error { return unpack(b, (*[]float32)(f)) }

type ints []int32

func (i *ints) UnmarshalJSON(b []byte) error { return unpack(b, (*[]int32)(i)) }

func unpack[T float32 | int32](b []byte, to *[]T) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	*to = make([]T, len(raw)/4)
	return binary.Read(bytes.NewReader(raw), binary.LittleEndian, *to)
}

// near reports whether got differs from want by 1e-6 at most, relatively.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-6*math.Abs(want) }

func (o outcome) check(t *testing.T) {
	if len(o.Cases) == 0 || len(o.Comparisons) == 0 || len(o.Gap.Steps) == 0 || len(o.Knees) == 0 {
		t.Fatal("the outcome lacks cases")
	}
	t.Run("scores", o.checkScores)
	t.Run("comparisons", o.checkComparisons)
	t.Run("gap", o.checkGap)
	t.Run("knees", o.checkKnees)
}

func (o outcome) checkScores(t *testing.T) {
	for _, c := range o.Cases {
		of := Clustering{c.Data, c.Dim, c.K, c.Labels, kmeans.InOrder}
		n := int64(len(c.Labels))
		sil, errSil := of.Silhouette(t.Context(), n*n, 0, nil)
		sep, errSep := of.Separation(t.Context(), nil)
		for _, s := range []struct {
			name string
			got  float64
			err  error
			want *float64
		}{
			{"silhouette", sil.Mean, errSil, c.Silhouette},
			{"Calinski-Harabasz", sep.CalinskiHarabasz, errSep, c.CalinskiHarabasz},
			{"Davies-Bouldin", sep.DaviesBouldin, errSep, c.DaviesBouldin},
		} {
			switch {
			case s.want == nil && fault.CodeOf(s.err) != fault.Invalid:
				t.Errorf("%s: %s = %v, %v, want fault.Invalid, as scikit-learn refuses it", c.Name, s.name, s.got, s.err)
			case s.want != nil && (s.err != nil || !near(s.got, *s.want)):
				t.Errorf("%s: %s = %v, %v, want scikit-learn %s's %v", c.Name, s.name, s.got, s.err, o.Sklearn, *s.want)
			}
		}
	}
}

func (o outcome) checkComparisons(t *testing.T) {
	for _, c := range o.Comparisons {
		labels, k := make([]string, len(c.Labels)), int32(0)
		for i, l := range c.Labels {
			labels[i] = fmt.Sprint("class ", l)
			k = max(k, c.Clusters[i]+1)
		}
		got := CompareLabels("", c.Clusters, int(k), labels)
		if !near(got.ARI, c.ARI) && math.Abs(got.ARI-c.ARI) > 1e-15 || !near(*got.NMI, c.NMI) {
			t.Errorf("%s: ARI = %v, NMI = %v, want scikit-learn %s's %v, %v", c.Name, got.ARI, *got.NMI, o.Sklearn, c.ARI, c.NMI)
		}
	}
}

// inertia is the sum of the squared distances of rows to the mean of their cluster.
func inertia(t *testing.T, rows []float32, d, k int, labels []int32) float64 {
	t.Helper()
	c := Clustering{rows, d, k, labels, kmeans.InOrder}
	size := make([]int, k)
	for _, l := range labels {
		size[l]++
	}
	means, _, err := c.means(t.Context(), size, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for i, l := range labels {
		sum += kernel.SquaredDistance(c.row(i), means.Row(int(l)))
	}
	return sum
}

func (o outcome) checkGap(t *testing.T) {
	var gaps []Gap
	for _, s := range o.Gap.Steps {
		var references []float64
		for b, labels := range s.References {
			references = append(references, inertia(t, o.Gap.References[b], o.Gap.Dim, s.K, labels))
		}
		g := GapOf(s.K, inertia(t, o.Gap.Data, o.Gap.Dim, s.K, s.Labels), references)
		if g.K != s.K || !near(g.Value, s.Gap) || !near(g.Error, s.Error) {
			t.Errorf("k = %d: gap = %+v, want %v ± %v, as by all pairs of rows", s.K, g, s.Gap, s.Error)
		}
		gaps = append(gaps, g)
	}
	if k, ok := GapK(gaps); k != o.Gap.K || ok != (o.Gap.K > 0) {
		t.Errorf("GapK(%+v) = %d, %v, want %d", gaps, k, ok, o.Gap.K)
	}
}

func (o outcome) checkKnees(t *testing.T) {
	for _, c := range o.Knees {
		if knee, ok := Elbow(c.K, c.Inertia); knee != c.Knee || ok != (c.Knee > 0) {
			t.Errorf("Elbow(%v, %v) = %d, %v, want kneed %s's %d", c.K, c.Inertia, knee, ok, o.Kneed, c.Knee)
		}
	}
}

// The outcome kept in testdata, of the versions in ../kmeans/testdata/requirements.txt.
func TestScikitLearnGolden(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "sklearn.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	o.check(t)
}

// The outcome of the scikit-learn and the kneed that are installed here.
func TestScikitLearnLive(t *testing.T) {
	python := os.Getenv("CENTROID_PYTHON")
	if python == "" {
		python = filepath.Join("..", "..", ".venv", "bin", "python")
	}
	if _, err := exec.LookPath(python); err != nil {
		t.Skipf("no Python with scikit-learn (make setup-test installs it, CENTROID_PYTHON names another): %v", err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "sklearn.py"), filepath.Join("..", "..", "web", "sample", "iris.csv"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", python, err, &stderr)
	}
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatal(err)
	}
	o.check(t)
}
