package model

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/kmeans"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/score"
	"github.com/centroid-studio/centroid/shared/table"
)

const rows = "x,colour,y\n1,red,0.1\n2,blue,0.3\n9,red,-4\n11,green,-4.5\n,red,1\n10,blue,-5\n"

// trained fits a preparation of rows and trains on them.
func trained(t testing.TB) (*Model, *table.Memory) {
	t.Helper()
	src, err := table.ReadMemory(strings.NewReader(rows), table.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	src.Schema()[1].Role = table.Feature
	p, stats, err := prep.Fit(t.Context(), src, prep.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var vectors []float32
	if err := src.Scan(t.Context(), p.Names(), func(b *table.Batch) error { vectors, _ = p.Batch(b, vectors, nil); return nil }); err != nil {
		t.Fatal(err)
	}
	cfg := kmeans.Config{K: 2, Seed: 1}.WithDefaults()
	res, err := kmeans.Run(t.Context(), kmeans.Serial(vectors, int(stats.Rows), p.Width()), cfg, nil, kmeans.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	m := Build(p, stats, cfg, res)
	labels := make([]int32, stats.Rows)
	for i := range labels {
		l, _ := kmeans.Predict(vectors[i*p.Width():(i+1)*p.Width()], m.Centroids)
		labels[i] = int32(l)
	}
	if err := m.Observe(t.Context(), src, stats, vectors, labels); err != nil {
		t.Fatal(err)
	}
	m.ID, m.Name, m.Created = "id", "it's <a> name", time.Date(2026, 11, 1, 12, 0, 0, 1, time.UTC)
	m.Data = Data{Dataset: "d", Name: "rows", Version: 2, Hash: "h", Rows: stats.Rows, Dropped: stats.Dropped}
	m.Training.Silhouette = &score.Silhouette{Mean: 0.5}
	return m, src
}

func encode(t testing.TB, m *Model) []byte {
	t.Helper()
	b, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuild(t *testing.T) {
	m, _ := trained(t)
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	if m.Data.Rows != 5 || m.Data.Dropped != 1 || len(m.Clusters) != 2 || m.Clusters[0].Size+m.Clusters[1].Size != 5 {
		t.Errorf("model of %d rows, %d dropped, clusters %+v", m.Data.Rows, m.Data.Dropped, m.Clusters)
	}
	x, colour := m.Inputs[0], m.Inputs[1]
	if x.Kind != table.Number || x.Min != 1 || x.Max != 11 || x.Example.String() != "1" || colour.Kind != table.Category || !reflect.DeepEqual(colour.Levels, []string{"blue", "green", "red"}) {
		t.Errorf("inputs = %+v", m.Inputs)
	}
}

func TestRoundTrip(t *testing.T) {
	m, _ := trained(t)
	b := encode(t, m)
	got, err := Decode(b)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Fatalf("Decode(Encode(m)) = %+v, %v, want %+v", got, err, m)
	}
	if again := encode(t, got); !bytes.Equal(again, b) {
		t.Error("the same model makes other bytes")
	}
	for i, v := range got.Centroids.Data {
		if math.Float64bits(v) != math.Float64bits(m.Centroids.Data[i]) {
			t.Errorf("value %d lost a bit", i)
		}
	}
}

func TestHash(t *testing.T) {
	m, _ := trained(t)
	for name, tc := range map[string]struct {
		change func(*Model)
		same   bool
	}{
		"name":       {func(m *Model) { m.Name = "other" }, true},
		"id":         {func(m *Model) { m.ID = "other" }, true},
		"time":       {func(m *Model) { m.Created = time.Now() }, true},
		"data":       {func(m *Model) { m.Data = Data{} }, true},
		"scores":     {func(m *Model) { m.Training = Training{} }, true},
		"profile":    {func(m *Model) { m.Profile = nil }, true},
		"one bit":    {func(m *Model) { m.Centroids.Data[1] = math.Nextafter(m.Centroids.Data[1], 9) }, false},
		"offset":     {func(m *Model) { m.Prep.Columns[0].Offset++ }, false},
		"level":      {func(m *Model) { m.Prep.Columns[1].Levels[0] = "black" }, false},
		"column":     {func(m *Model) { m.Prep.Columns[0].Name = "z" }, false},
		"other form": {func(m *Model) { m.Centroids.Rows, m.Centroids.Cols = m.Centroids.Cols, m.Centroids.Rows }, false},
	} {
		other, err := Decode(encode(t, m))
		if err != nil {
			t.Fatal(err)
		}
		tc.change(other)
		if got := HashOf(other) == m.Hash; got != tc.same {
			t.Errorf("another %s: the same hash = %v, want %v", name, got, tc.same)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	m, _ := trained(t)
	whole := string(encode(t, m))
	for name, tc := range map[string]struct {
		file string
		says string
	}{
		"nothing":             {"", "not a model file"},
		"no JSON":             {"x,y\n1,2\n", "not a model file"},
		"other JSON":          {`{"type":"FeatureCollection"}`, "not a model file"},
		"a list":              {`[]`, "not a model file"},
		"null":                {`null`, "format 0"},
		"cut":                 {whole[:len(whole)-20], "is cut off: it ends in the middle"},
		"more behind":         {whole + "{}", "goes on after its end"},
		"a newer format":      {change(t, whole, func(v map[string]any) { v["format"] = 3 }), "format 3; this program reads the formats 1 to 2"},
		"a newer one's field": {change(t, whole, func(v map[string]any) { v["format"] = 3; v["kernel"] = 2 }), "format 3; this program reads the formats 1 to 2"},
		"deep":                {`{"inputs":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", "not a model file"},
		"an unknown field":    {change(t, whole, func(v map[string]any) { v["kernel"] = 2 }), "kernel"},
		"a changed number":    {change(t, whole, func(v map[string]any) { column(v)["offset"] = 1.5 }), "was changed or cut"},
		"no columns":          {change(t, whole, func(v map[string]any) { v["prep"].(map[string]any)["columns"] = nil }), "no columns"},
		"a factor of zero":    {change(t, whole, func(v map[string]any) { column(v)["factor"] = 0 }), "factor"},
		"fewer clusters":      {change(t, whole, func(v map[string]any) { v["clusters"] = v["clusters"].([]any)[:1] }), "describes 1 clusters, but has 2 centroids"},
		"fewer inputs":        {change(t, whole, func(v map[string]any) { v["inputs"] = v["inputs"].([]any)[:1] }), "has 1 inputs"},
		"another input":       {change(t, whole, func(v map[string]any) { v["inputs"].([]any)[0].(map[string]any)["name"] = "z" }), `Input 1 is "z"`},
		"another kind":        {change(t, whole, func(v map[string]any) { v["inputs"].([]any)[0].(map[string]any)["kind"] = "category" }), `Input 1, "x", is a category with 0 levels`},
		"another level":       {change(t, whole, func(v map[string]any) { v["inputs"].([]any)[1].(map[string]any)["levels"].([]any)[0] = "z" }), `Input 2, "colour", is a category with`},
		"a kind of none":      {change(t, whole, func(v map[string]any) { v["inputs"].([]any)[1].(map[string]any)["kind"] = "text" }), `is a text with`},
		"another shape":       {change(t, whole, func(v map[string]any) { centroids(v)["rows"], centroids(v)["cols"] = 5, 2 }), "centroids"},
		"no centroids":        {change(t, whole, func(v map[string]any) { v["centroids"] = map[string]any{"rows": 0, "cols": 0, "data": ""} }), "0 centroids"},
		"a size that lies":    {change(t, whole, func(v map[string]any) { centroids(v)["rows"] = 1 << 40 }), "matrix"},
		"no number":           {withCentroid(t, m, math.NaN()), "NaN"},
		"infinite":            {withCentroid(t, m, math.Inf(1)), "+Inf"},
		"beyond what is kept": {withCentroid(t, m, 1e39), "1e+39"},
	} {
		got, err := Decode([]byte(tc.file))
		if got != nil || fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: Decode() = %v, %v, want an invalid fault with %q", name, got, err, tc.says)
		}
	}
}

// change edits a model's file as JSON.
func change(t *testing.T, file string, edit func(map[string]any)) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(file))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	edit(v)
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func column(v map[string]any) map[string]any {
	return v["prep"].(map[string]any)["columns"].([]any)[0].(map[string]any)
}

func centroids(v map[string]any) map[string]any { return v["centroids"].(map[string]any) }

// withCentroid gives the file of a model with a value in a centroid, and a hash that agrees.
func withCentroid(t *testing.T, m *Model, x float64) string {
	t.Helper()
	c := *m
	c.Centroids = m.Centroids.Clone()
	c.Centroids.Data[0] = x
	c.Hash = HashOf(&c)
	return string(encode(t, &c))
}

// TestDamage changes each byte of a file in turn: either Decode refuses it, or
// it predicts the same.
func TestDamage(t *testing.T) {
	m, _ := trained(t)
	whole := encode(t, m)
	row := []table.Cell{table.Num(3), table.Str("red"), table.Num(0)}
	want, err := m.Predict(row)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range whole {
		for _, flip := range []byte{1, 0x20, 0x80} {
			b := bytes.Clone(whole)
			b[i] ^= flip
			got, err := Decode(b)
			if err != nil {
				refused++
				continue
			}
			if p, err := got.Predict(row); err != nil || !reflect.DeepEqual(p, want) {
				t.Errorf("with byte %d (%q) changed it predicts %+v, %v, want %+v", i, whole[i], p, err, want)
			}
		}
	}
	if refused < len(whole) {
		t.Errorf("%d of %d damages were noticed", refused, 3*len(whole))
	}
}

func TestPredict(t *testing.T) {
	m, src := trained(t)
	got := m.NewPredictor()
	err := src.Scan(t.Context(), m.Prep.Names(), func(b *table.Batch) error {
		kept, labels, distances, err := got.Batch(b)
		if err != nil || len(kept) != 5 {
			t.Fatalf("Batch() kept %d rows, %v, want 5", len(kept), err)
		}
		for r, i := range kept {
			cells := make([]table.Cell, len(b.Columns))
			for j, v := range b.Columns {
				if v.Numbers != nil {
					cells[j] = table.Num(v.Numbers[i])
				} else {
					cells[j] = table.Str(v.Texts[i])
				}
			}
			p, err := m.Predict(cells)
			if err != nil || p.Cluster != int(labels[r]) || p.Distance != distances[r] || p.Distances[p.Cluster] != p.Distance || len(p.Distances) != 2 {
				t.Errorf("row %d: Predict() = %+v, %v, Batch() says %d at %v", i, p, err, labels[r], distances[r])
			}
			for _, d := range p.Distances {
				if d < p.Distance {
					t.Errorf("row %d: %v is nearer than the cluster's %v", i, d, p.Distance)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, cells := range map[string][]table.Cell{
		"missing":   {{}, table.Str("red"), table.Num(1)},
		"a text":    {table.Str("much"), table.Str("red"), table.Num(1)},
		"too few":   {table.Num(1)},
		"too large": {table.Num(1e300), table.Str("red"), table.Num(1)},
	} {
		if _, err := m.Predict(cells); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: Predict() = %v, want an invalid fault", name, err)
		}
	}
	huge := &table.Batch{Rows: 1, First: 7, Columns: []table.Vector{{Numbers: []float64{1e300}}, {Texts: []string{"red"}}, {Numbers: []float64{1}}}}
	if _, _, _, err := got.Batch(huge); fault.CodeOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "Row 8 has a value of x") {
		t.Errorf("Batch() of a huge value = %v, want a fault that names row and column", err)
	}
}

// FuzzDecode wants no panic, and that what is taken can predict and is written back the same.
func FuzzDecode(f *testing.F) {
	m, _ := trained(f)
	f.Add(encode(f, m))
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"prep":{"columns":[{"name":"x","factor":1}]},"centroids":{"rows":1,"cols":1,"data":"AAAAAAAAAAA="}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Errorf("Decode() = %v, want an invalid fault", err)
			}
			return
		}
		cells := make([]table.Cell, len(m.Inputs))
		for i, in := range m.Inputs {
			if cells[i] = in.Example; cells[i].Missing() {
				cells[i] = table.Num(0)
			}
		}
		if p, err := m.Predict(cells); err == nil && (p.Cluster < 0 || p.Cluster >= len(m.Clusters)) {
			t.Errorf("Predict() = %+v with %d clusters", p, len(m.Clusters))
		}
		again, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := Decode(again); err != nil || !reflect.DeepEqual(same, m) {
			t.Errorf("read back as %+v, %v, want %+v", same, err, m)
		}
	})
}
