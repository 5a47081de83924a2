package exported_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
)

const jsRun = `
const { names, rows } = JSON.parse(fs.readFileSync("rows.json"))
const labels = predictor.predict(rows)
const first = rows.slice(0, 200).map(r => JSON.parse("{" + names.map((n, j) => JSON.stringify(n) + ":" + JSON.stringify(r[j])).join() + "}"))
first.forEach((row, i) => {
	let one = -1
	try { one = predictor.predict(row).cluster } catch (e) { if (!/is missing/.test(e.message) || !names.includes(e.field)) throw e }
	if (one !== labels[i]) throw Error("row " + i + " by name is " + one + ", by place " + labels[i])
})
if (rows[0].every(v => typeof v == "number")) {
	const flat = predictor.predict(Float64Array.from(rows.flat(), v => v ?? NaN))
	flat.forEach((l, i) => { if (l !== labels[i]) throw Error("row " + i + " of a flat list is " + l + ", want " + labels[i]) })
}
console.log(JSON.stringify([...labels]))
`

func TestJS(t *testing.T) {
	node := need(t, "node")
	each(t, "js", func(t *testing.T, _ *scenario, folder string) []int32 {
		write(t, filepath.Join(folder, "run.cjs"), []byte(`const fs = require("node:fs"), predictor = require("./predictor.js")`+jsRun))
		return labelsOf(t, folder, node, "run.cjs")
	})
}

// TestMJS runs the module in Node, with the kernel inside and, as on the edge,
// compiled before; and in Deno.
func TestMJS(t *testing.T) {
	node, deno := need(t, "node"), deno(t)
	each(t, "mjs", func(t *testing.T, s *scenario, folder string) []int32 {
		write(t, filepath.Join(folder, "run.mjs"), []byte(`import fs from "node:fs"; import * as predictor from "./predictor.mjs"`+jsRun))
		edge, err := os.ReadFile(filepath.Join(folder, "predictor.edge.mjs"))
		if err != nil {
			t.Fatal(err)
		}
		// Node has no import of WebAssembly without a flag: the platform's part is done by hand.
		first, rest, _ := strings.Cut(string(edge), "\n")
		if first != `import module from "./predictor.wasm"` {
			t.Fatalf("the edge's module begins with %q", first)
		}
		write(t, filepath.Join(folder, "edge.mjs"), []byte(`import { readFileSync } from "node:fs"; const module = new WebAssembly.Module(readFileSync("predictor.wasm"))`+"\n"+rest))
		write(t, filepath.Join(folder, "run_edge.mjs"), []byte(`import fs from "node:fs"; import * as predictor from "./edge.mjs"`+jsRun))
		s.check(t, export.Format{Exact: true}, labelsOf(t, folder, node, "run_edge.mjs"))
		s.check(t, export.Format{Exact: true}, labelsOf(t, folder, deno, "run", "--allow-read", "run.mjs"))
		return labelsOf(t, folder, node, "run.mjs")
	})
}

func TestGo(t *testing.T) {
	goCommand := need(t, "go")
	each(t, "go", func(t *testing.T, _ *scenario, folder string) []int32 {
		write(t, filepath.Join(folder, "go.mod"), []byte("module try\n\ngo 1.24\n"))
		write(t, filepath.Join(folder, "main.go"), []byte(`package main

import (
	"encoding/json"
	"os"
	"strings"

	"try/predictor"
)

func main() {
	var in struct {
		Names []string
		Rows  [][]any
	}
	f, err := os.Open("rows.json")
	if err == nil {
		err = json.NewDecoder(f).Decode(&in)
	}
	if err != nil {
		panic(err)
	}
	var labels []int
	for _, values := range in.Rows {
		row := map[string]any{}
		for j, n := range in.Names {
			row[n] = values[j]
		}
		p, err := predictor.Predict(row)
		if err != nil {
			if !strings.Contains(err.Error(), "is missing") {
				panic(err)
			}
			p.Cluster = -1
		}
		labels = append(labels, p.Cluster)
	}
	json.NewEncoder(os.Stdout).Encode(labels)
}
`))
		output(t, folder, "mkdir", "predictor")
		output(t, folder, "mv", "predict.go", "predictor/predict.go")
		if out := output(t, folder, "gofmt", "-l", "predictor"); len(out) > 0 {
			t.Logf("gofmt would write %s", out)
		}
		output(t, folder, goCommand, "vet", "./...")
		return labelsOf(t, folder, goCommand, "run", ".")
	})
}

const pyRows = `import json, sys
import numpy as np, pandas as pd
with open("rows.json") as f: given = json.load(f)
names, rows = given["names"], given["rows"]
frame = pd.DataFrame(rows, columns=names)
texts = [any(isinstance(r[j], str) for r in rows) for j in range(len(names))]
`

func TestScikitLearn(t *testing.T) {
	py := python(t)
	each(t, "sklearn", func(t *testing.T, s *scenario, folder string) []int32 {
		script := pyRows + `import centroid_model
out = np.full(len(frame), -1)
kept = np.ones(len(frame), bool)
if centroid_model.model["missing"] == "drop":
    kept = frame.notna().all(axis=1).to_numpy()
    if not kept.all():
        try:
            centroid_model.pipeline.predict(frame[~kept])
        except ValueError as e:
            assert "missing values" in str(e), e
        else:
            raise SystemExit("rows with missing values are not refused")
out[kept] = centroid_model.pipeline.predict(frame[kept])
d = centroid_model.pipeline.transform(frame[kept])
assert (np.sort(d, axis=1)[:, 0] <= d[np.arange(len(d)), out[kept]] * (1 + 1e-9) + 1e-9).all()
print(json.dumps(out.tolist()))
`
		write(t, filepath.Join(folder, "run.py"), []byte(script))
		return labelsOf(t, folder, py, "-W", "error", "run.py")
	})
}

func TestONNX(t *testing.T) {
	py := python(t)
	each(t, "onnx", func(t *testing.T, s *scenario, folder string) []int32 {
		script := pyRows + `import onnx, onnxruntime as ort
onnx.checker.check_model(onnx.load("model.onnx"), full_check=True)
model = ort.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
feed = {}
for i, (name, text) in enumerate(zip([i.name for i in model.get_inputs()], texts)):
    column = [r[i] for r in rows]
    feed[name] = np.array([v or "" for v in column], object)[:, None] if text else np.array(column, np.float64)[:, None]
cluster, distance, distances = model.run(None, feed)
kept = cluster >= 0
assert np.allclose(distances[kept].min(axis=1), distance[kept], rtol=1e-12)
print(json.dumps(cluster.tolist()))
`
		write(t, filepath.Join(folder, "run.py"), []byte(script))
		return labelsOf(t, folder, py, "run.py")
	})
}

func TestPMML(t *testing.T) {
	py := python(t)
	need(t, "java")
	each(t, "pmml", func(t *testing.T, s *scenario, folder string) []int32 {
		script := pyRows + `from pypmml import Model
model = Model.fromFile("model.pmml")
out = []
for at in range(0, len(rows), 5000):
    some = [{n: v for n, v in zip(names, r) if v is not None} for r in rows[at:at + 5000]]
    got = json.loads(model.predict(json.dumps(some)))
    out += [-1 if g.get("cluster") is None else int(g["cluster"]) for g in got]
Model.close()
print(json.dumps(out))
`
		write(t, filepath.Join(folder, "run.py"), []byte(script))
		return labelsOf(t, folder, py, "run.py")
	})
}

func TestJSON(t *testing.T) {
	py := python(t)
	each(t, "json", func(t *testing.T, s *scenario, folder string) []int32 {
		output(t, folder, py, "-c", `
import json, jsonschema
schema, model = json.load(open("model.schema.json")), json.load(open("model.json"))
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(model, schema)
model["prep"]["columns"] = []
try: jsonschema.validate(model, schema)
except jsonschema.ValidationError: pass
else: raise SystemExit("a model without columns is valid")
`)
		// Another program's reading of the file: NumPy's, by what the schema says.
		script := pyRows + `import base64
m = json.load(open("model.json"))
p, c = m["prep"], m["centroids"]
C = np.frombuffer(base64.b64decode(c["data"]), "<f8").reshape(c["rows"], c["cols"])
parts, lost = [], np.zeros(len(rows), bool)
for j, col in enumerate(p["columns"]):
    v = [r[j] for r in rows]
    gaps = np.array([x is None for x in v])
    if p["missing"] == "drop": lost |= gaps
    if "levels" in col:
        at = {l: i for i, l in enumerate(col["levels"])}
        hot = np.zeros((len(rows), len(at)), np.float32)
        for i, x in enumerate(v):
            l = at.get(col.get("usual") if x is None else x)
            if l is not None: hot[i, l] = 1
        parts.append(hot)
    else:
        x = np.array([np.nan if g is None else g for g in v], np.float64)
        x[gaps] = col.get("fill", 0)
        if col.get("log"):
            x = np.sign(x) * np.log1p(np.abs(x))
        parts.append(((x - col.get("offset", 0)) / col["factor"]).astype(np.float32)[:, None])
X = np.concatenate(parts, axis=1)
if p.get("unit"):
    s = np.zeros(len(X))
    for t in range(X.shape[1]): s += X[:, t].astype(np.float64) ** 2
    X = (X / np.sqrt(s)[:, None]).astype(np.float32)
d = np.zeros((len(X), len(C)))
for t in range(X.shape[1]): d += (X[:, t].astype(np.float64)[:, None] - C[:, t]) ** 2
out = d.argmin(axis=1); out[lost] = -1
print(json.dumps(out.tolist()))
`
		write(t, filepath.Join(folder, "run.py"), []byte(script))
		return labelsOf(t, folder, py, "run.py")
	})
}

func TestRows(t *testing.T) {
	for _, s := range scenarios(t) {
		clusters, leftOut := map[int32]bool{}, 0
		for _, l := range s.labels {
			if clusters[l] = true; l == left {
				leftOut++
			}
		}
		if delete(clusters, left); len(clusters) != s.m.Centroids.Rows {
			t.Errorf("%s: rows are in %d clusters, want all %d", s.name, len(clusters), s.m.Centroids.Rows)
		}
		if drops := s.m.Prep.Missing == "drop" && strings.Contains("numbers drops", s.name); drops != (leftOut > 0) {
			t.Errorf("%s: %d rows are left out", s.name, leftOut)
		}
		if s.name == "ties" && len(s.ties) < 1000 {
			t.Errorf("only %d rows are tied", len(s.ties))
		}
		t.Logf("%s: %d x %d, %d left out, %d tied", s.name, s.m.Centroids.Rows, s.m.Centroids.Cols, leftOut, len(s.ties))
	}
}
