package httpd

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestWay goes the whole way over the API: table, rows, training, model, clusters.
func TestWay(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	var samples []wire.SampleData
	v.must("GET", "datasets/sample", nil, &samples)
	if len(samples) != 2 || samples[0].Name != "iris" || samples[0].Licence == "" {
		t.Errorf("samples = %+v", samples)
	}
	d := v.iris()
	if d.Rows != 150 || len(d.Schema) != 5 || d.Source == "" {
		t.Fatalf("iris = %+v", d)
	}
	var list []wire.Dataset
	if v.must("GET", "datasets", nil, &list); len(list) != 1 || list[0].ID != d.ID {
		t.Errorf("datasets = %+v", list)
	}

	end := v.trains(irisStart(d))
	var jobs []wire.Job
	if v.must("GET", "jobs", nil, &jobs); len(jobs) != 1 || jobs[0].State != "done" || jobs[0].Model != end.Model.ID || jobs[0].Last != end.Seq {
		t.Errorf("jobs = %+v", jobs)
	}
	var events []wire.Event
	if v.must("GET", "jobs/"+end.Job+"/events?after=1&limit=2", nil, &events); len(events) != 2 || events[0].Seq != 2 {
		t.Errorf("events = %+v, want 2 from seq 2", events)
	}

	id := end.Model.ID
	var infos []wire.ModelInfo
	if v.must("GET", "models", nil, &infos); len(infos) != 1 || infos[0].ID != id || infos[0].K != 3 || infos[0].Hash != end.Model.Hash {
		t.Errorf("models = %+v", infos)
	}
	var info wire.ModelInfo
	if v.must("PATCH", "models/"+id, wire.Rename{Name: "flowers: \"a/b\" ü"}, &info); info.Name != "flowers: \"a/b\" ü" {
		t.Errorf("renamed = %+v", info)
	}
	file := v.must("GET", "models/"+id+"/file", nil, nil)
	m, err := model.Decode(file.body)
	if err != nil || m.Name != info.Name || m.Hash != end.Model.Hash {
		t.Errorf("file: %v", err)
	}
	if kind, params, err := mime.ParseMediaType(file.Header.Get("Content-Disposition")); err != nil || kind != "attachment" || params["filename"] != "flowers_ _a_b_ ü.json" {
		t.Errorf("file is sent as %q", file.Header.Get("Content-Disposition"))
	}

	// A row that is added later belongs to no cluster, and the model still shows its version.
	var added wire.RowChange
	v.must("POST", "datasets/"+d.ID+"/rows", wire.RowWrite{Cells: []table.Cell{table.Num(1), table.Num(2), table.Num(3), table.Num(4), {}}}, &added)
	if added.Version != 2 || added.Row.ID != 150 || added.Dataset.Rows != 151 {
		t.Errorf("added = %+v", added)
	}
	var rows wire.Rows
	v.must("GET", "models/"+id+"/rows?offset=148&limit=10", nil, &rows)
	if len(rows.Rows) != 2 || rows.Total != 150 || rows.Version != 1 || len(rows.Rows[0].Cells) != 6 || rows.Rows[0].Cells[5].Number == nil {
		t.Errorf("rows = %+v", rows)
	}
	seen := map[int64]int{}
	for cluster, size := range []int64{end.Model.Clusters[0].Size, end.Model.Clusters[1].Size, end.Model.Clusters[2].Size} {
		v.must("GET", fmt.Sprintf("models/%s/rows?cluster=%d&limit=1000", id, cluster), nil, &rows)
		if rows.Total != size || int64(len(rows.Rows)) != size {
			t.Errorf("cluster %d has %d of %d rows, the model says %d", cluster, len(rows.Rows), rows.Total, size)
		}
		for _, row := range rows.Rows {
			if c := row.Cells[5]; c.Number == nil || int(*c.Number) != cluster {
				t.Errorf("row %d of cluster %d says cluster %s", row.ID, cluster, c)
			}
			seen[row.ID] = cluster
		}
	}
	if len(seen) != 150 {
		t.Errorf("the clusters have %d different rows, want 150", len(seen))
	}
	v.must("GET", fmt.Sprintf("models/%s/rows?cluster=0&offset=%d", id, end.Model.Clusters[0].Size-1), nil, &rows)
	if len(rows.Rows) != 1 || rows.Offset != end.Model.Clusters[0].Size-1 {
		t.Errorf("the last row of cluster 0 = %+v", rows)
	}
	v.must("GET", fmt.Sprintf("models/%s/rows?cluster=0&offset=1000", id), nil, &rows)
	if rows.Rows == nil || len(rows.Rows) != 0 {
		t.Errorf("rows beyond the end = %+v, want []", rows.Rows)
	}
	if a := v.do("GET", "models/"+id+"/rows?cluster=3", nil); a.StatusCode != 400 || a.problem(t).Field != "cluster" {
		t.Errorf("a fourth cluster of three: %s %s", a.Status, a.body)
	}

	download := v.must("GET", "models/"+id+"/rows.csv", nil, nil)
	lines, err := csv.NewReader(strings.NewReader(string(download.body))).ReadAll()
	if err != nil || len(lines) != 151 || lines[0][5] != "cluster" {
		t.Fatalf("rows.csv: %d lines, %v", len(lines), err)
	}
	for i, line := range lines[1:] {
		if line[5] != strconv.Itoa(seen[int64(i)]) {
			t.Errorf("line %d of rows.csv says cluster %s, want %d", i+2, line[5], seen[int64(i)])
		}
	}
	plainCSV := v.must("GET", "datasets/"+d.ID+"/rows.csv", nil, nil)
	if lines, err := csv.NewReader(strings.NewReader(string(plainCSV.body))).ReadAll(); err != nil || len(lines) != 152 || lines[151][0] != "1" {
		t.Errorf("the newest version as CSV has %d lines, %v", len(lines), err)
	}

	var sample wire.SampleRows
	v.must("GET", "datasets/"+d.ID+"/sample?columns=petal_len,category&model="+id, nil, &sample)
	if !slices.Equal(sample.Columns, []string{"petal_len", "category", "cluster"}) || len(sample.Rows) != 151 {
		t.Fatalf("sample = %v, %d rows", sample.Columns, len(sample.Rows))
	}
	if c := sample.Rows[7].Cells[2]; c.Number == nil || int(*c.Number) != seen[7] {
		t.Errorf("row 7 of the sample has cluster %s, want %d", c, seen[7])
	}
	if c := sample.Rows[150].Cells[2]; !c.Missing() {
		t.Errorf("the row that was added after the training has cluster %s", c)
	}
	v.must("GET", "datasets/"+d.ID+"/sample?n=10&seed=18446744073709551615", nil, &sample)
	if len(sample.Rows) != 10 || len(sample.Columns) != 5 || sample.Of != 151 {
		t.Errorf("sample of all columns = %v, %d rows of %d", sample.Columns, len(sample.Rows), sample.Of)
	}
	other := v.iris()
	if a := v.do("GET", "datasets/"+other.ID+"/sample?model="+id, nil); a.StatusCode != 400 || a.problem(t).Field != "model" {
		t.Errorf("sample with the model of another dataset: %s %s", a.Status, a.body)
	}

	v.must("DELETE", "datasets/"+d.ID, nil, nil)
	for _, path := range []string{"models/" + id + "/rows", "models/" + id + "/rows?cluster=1", "models/" + id + "/rows.csv"} {
		if a := v.do("GET", path, nil); a.StatusCode != 404 || !strings.Contains(a.problem(t).Detail, "was deleted") {
			t.Errorf("GET %s without its dataset: %s %s", path, a.Status, a.body)
		}
	}
	v.must("GET", "models/"+id, nil, nil)
	v.must("DELETE", "models/"+id, nil, nil)
	expect(t, "a deleted model", v.do("GET", "models/"+id, nil), 404)
}

// operations gives all operations of the OpenAPI document as "GET path".
func operations(t *testing.T, s *Server) map[string]map[string]any {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]map[string]any
	}
	if err := json.Unmarshal(s.openapi.plain, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for path, item := range doc.Paths {
		for method, o := range item {
			out[strings.ToUpper(method)+" "+strings.TrimPrefix(path, wire.API+"/")] = o
		}
	}
	return out
}

// TestOthers: what is somebody else's is not there, and nothing without a login.
func TestOthers(t *testing.T) {
	r := newRig(t, rigOptions{})
	ada, bob, guest := r.program("ada"), r.program("bob"), &visitor{r: r, t: t}
	d := ada.iris()
	end := ada.trains(irisStart(d))
	var tokens []wire.Token
	ada.must("GET", "auth/tokens", nil, &tokens)
	var kept wire.Persisted
	ada.must("POST", "frames/persisted", wire.FramePersist{Steps: []wire.Step{{Op: "table", Dataset: d.ID}}}, &kept)
	ids := map[string]string{"frames": kept.ID, "datasets": d.ID, "jobs": end.Job, "models": end.Model.ID, "auth": tokens[0].ID}
	bodies := map[string]any{
		"PATCH datasets/{id}":            wire.DatasetPatch{Name: "mine"},
		"POST datasets/{id}/rows":        wire.RowWrite{Cells: make([]table.Cell, 5)},
		"PATCH datasets/{id}/rows/{row}": wire.RowWrite{Cells: make([]table.Cell, 5)},
		"PATCH models/{id}":              wire.Rename{Name: "mine"},
		"POST datasets/{id}/edits":       wire.RowEdits{Delete: []int64{0}},
		"POST datasets/{id}/restore":     wire.Restore{Version: 1},
		"POST datasets/{id}/brush":       wire.Brush{},
		"POST datasets/{id}/clusters":    wire.ClustersWrite{Model: "none"},
	}
	owned := 0
	for route, doc := range operations(t, r.server) {
		method, path, _ := strings.Cut(route, " ")
		first, _, _ := strings.Cut(path, "/")
		path = strings.NewReplacer("{id}", ids[first], "{row}", "0", "{name}", "iris").Replace(path) + map[string]string{"GET datasets/{id}/diff": "?from=1", "GET datasets/{id}/groups": "?by=category", "GET models/{id}/export": "?format=json"}[route]
		if doc["security"] != nil {
			if a := guest.do(method, path, bodies[route]); a.StatusCode != 401 || a.problem(t).Code != "unauthenticated" {
				t.Errorf("%s without a login: %s %s", route, a.Status, a.body)
			}
		}
		if !strings.Contains(route, "{id}") {
			continue
		}
		owned++
		a := bob.do(method, path, bodies[route])
		if a.StatusCode != 404 || a.problem(t).Code != "not_found" {
			t.Errorf("%s with another's id: %s %s", route, a.Status, a.body)
		}
		none := bob.do(method, strings.Replace(path, ids[first], "NOSUCHTHING", 1), bodies[route])
		if want, got := a.problem(t).Detail, none.problem(t).Detail; want != got {
			t.Errorf("%s tells another's id (%q) from none (%q)", route, want, got)
		}
	}
	if owned < 27 {
		t.Errorf("%d routes have an id, want all 27", owned)
	}
	for _, path := range []string{"datasets", "jobs", "models"} {
		if a := bob.do("GET", path, nil); string(a.body) != "[]\n" && string(a.body) != "[]" {
			t.Errorf("GET %s of another user = %s", path, a.body)
		}
	}
	var same wire.Dataset
	if ada.must("GET", "datasets/"+d.ID, nil, &same); same.Hash != d.Hash || same.Name != d.Name {
		t.Errorf("the dataset became %+v", same)
	}
	ada.must("GET", "models/"+end.Model.ID, nil, nil)
}

// TestBadCalls: each wrong input is told in plain words, with the field.
func TestBadCalls(t *testing.T) {
	r := newRig(t, rigOptions{idle: true})
	v := r.program("ada")
	var d wire.Dataset
	v.must("POST", "datasets?name=t", []byte("x,name,y\n1,a,1.5\n2,b,NA\n"), &d)
	rows := "datasets/" + d.ID + "/rows"
	long := strings.Repeat("x", 300)
	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
		field, words       string
	}{
		{"too few cells", "POST", rows, `{"cells":[1]}`, 400, "cells", "The row has 1 cells, the table has 3 columns."},
		{"a text for a number", "POST", rows, `{"cells":["much","a",1]}`, 400, "x", `x is "much", want a number.`},
		{"a cell that is true", "POST", rows, `{"cells":[true,"a",1]}`, 400, "cells[0]", "wrong kind"},
		{"a cell that is an object", "POST", rows, `{"cells":[{},"a",1]}`, 400, "cells[0]", "wrong kind"},
		{"no cells", "POST", rows, `{}`, 400, "cells", "cells is missing."},
		{"an unknown field", "POST", rows, `{"cells":[1,"a",1],"row":3}`, 400, "row", "There is no field row."},
		{"cells that are a text", "POST", rows, `{"cells":"1,a,1"}`, 400, "cells", "cells must be a list."},
		{"broken JSON", "POST", rows, `{"cells":[1,`, 400, "", "not valid JSON"},
		{"a list for an object", "POST", rows, `[1,2]`, 400, "", "JSON object"},
		{"no body", "POST", rows, nil, 400, "", "no body"},
		{"a body of 2 MB", "POST", rows, `{"cells":["` + strings.Repeat("x", 2<<20) + `"]}`, 413, "", "1 MB"},
		{"a row that is not there", "PATCH", rows + "/99", `{"cells":[1,"a",1]}`, 404, "", "There is no row 99 in version 1."},
		{"a row that is no number", "PATCH", rows + "/first", `{"cells":[1,"a",1]}`, 400, "row", "row must be a whole number."},
		{"a row below 0", "DELETE", rows + "/-1", nil, 400, "row", "at least 0"},
		{"delete a row that is not there", "DELETE", rows + "/7", nil, 404, "", "There is no row 7"},
		{"an offset below 0", "GET", rows + "?offset=-1", nil, 400, "offset", "at least 0"},
		{"a limit of 5,000", "GET", rows + "?limit=5000", nil, 400, "limit", "at most 1000"},
		{"a limit that is no number", "GET", rows + "?limit=all", nil, 400, "limit", "whole number"},
		{"desc that is no boolean", "GET", rows + "?desc=down", nil, 400, "desc", "true or false"},
		{"sort by no column", "GET", rows + "?sort=z", nil, 400, "sort", `There is no column "z"`},
		{"an unknown parameter", "GET", rows + "?page=2", nil, 400, "page", "There is no parameter page."},
		{"a version that is not there", "GET", rows + "?version=9", nil, 404, "", ""},
		{"sample of no column", "GET", "datasets/" + d.ID + "/sample?columns=x,z", nil, 400, "columns", `There is no column "z"`},
		{"sample with a model that is not there", "GET", "datasets/" + d.ID + "/sample?model=abc", nil, 404, "", ""},
		{"a seed below 0", "GET", "datasets/" + d.ID + "/sample?seed=-1", nil, 400, "seed", ""},
		{"an unknown role", "PATCH", "datasets/" + d.ID, `{"columns":[{"name":"x","role":"target"}]}`, 400, "columns", "target"},
		{"a column that is not there", "PATCH", "datasets/" + d.ID, `{"columns":[{"name":"z","kind":"text"}]}`, 400, "columns", `There is no column "z"`},
		{"texts as numbers", "PATCH", "datasets/" + d.ID, `{"columns":[{"name":"name","kind":"number"}]}`, 400, "columns", "no numbers"},
		{"a name of 300 characters", "PATCH", "datasets/" + d.ID, wire.DatasetPatch{Name: long}, 400, "name", "at most 200"},
		{"no sample of this name", "POST", "datasets/sample/tulips", nil, 404, "", `There is no sample "tulips".`},
		{"a model without a name", "PATCH", "models/abc", `{"name":""}`, 400, "name", "name is empty."},
		{"a cluster below -1", "GET", "models/abc/rows?cluster=-2", nil, 400, "cluster", "at least -1"},
		{"a short password", "POST", "auth/register", `{"username":"eve","password":"short"}`, 400, "password", "at least 10"},
		{"a name with a space", "POST", "auth/register", wire.Register{Username: "e v e", Password: password}, 400, "username", "letters, digits"},
		{"a name that is taken", "POST", "auth/register", wire.Register{Username: "Ada", Password: password}, 409, "username", "taken"},
		{"no e-mail address", "POST", "auth/register", wire.Register{Username: "eve", Email: "eve", Password: password}, 400, "email", "not an e-mail address"},
		{"a wrong old password", "PUT", "auth/password", wire.PasswordChange{Old: "wrong", New: password}, 400, "old", "The old password is wrong."},
		{"a token without a name", "POST", "auth/tokens", `{"name":""}`, 400, "name", "name is empty."},
		{"a token for 20 years", "POST", "auth/tokens", `{"name":"x","days":7300}`, 400, "days", "at most 3650"},
		{"a token that is not there", "DELETE", "auth/tokens/abc", nil, 404, "", ""},
		{"a path that is not there", "GET", "nothing", nil, 404, "", "There is nothing at /api/v1/nothing."},
		{"another path that is not there", "GET", "/api/v2/datasets", nil, 404, "", "There is nothing at /api/v2/datasets."},
		{"a method that is not there", "PUT", rows, `{}`, 405, "", "PUT can't be done here"},
	} {
		a := v.do(tc.method, tc.path, tc.body)
		p := a.problem(t)
		if a.StatusCode != tc.status || p.Status != tc.status || p.Field != tc.field || !strings.Contains(p.Detail, tc.words) || p.Detail == "" || p.Title == "" {
			t.Errorf("%s: %d, field %q, %q; want %d, field %q, words %q", tc.name, a.StatusCode, p.Field, p.Detail, tc.status, tc.field, tc.words)
		}
	}
	var same wire.Dataset
	if v.must("GET", "datasets/"+d.ID, nil, &same); same.Version != 1 || same.Hash != d.Hash {
		t.Errorf("bad calls made version %d", same.Version)
	}
	req := v.request("POST", rows, `{"cells":[1,"a",1]}`)
	req.Header.Set("Content-Type", "application/xml")
	expect(t, "XML", send(t, req), 415)

	v.must("DELETE", rows+"/0", nil, nil)
	if a := v.do("DELETE", rows+"/1", nil); a.StatusCode != 400 || !strings.Contains(a.problem(t).Detail, "last row") {
		t.Errorf("delete the last row: %s %s", a.Status, a.body)
	}
}

// TestInternal: what is ours is not told, but logged under the id that is.
func TestInternal(t *testing.T) {
	for _, tc := range []struct {
		name string
		list func() ([]wire.ModelInfo, error)
	}{
		{"an error", func() ([]wire.ModelInfo, error) { return nil, errors.New("secret path /etc/x") }},
		{"a panic", func() ([]wire.ModelInfo, error) { panic("secret path /etc/x") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, rigOptions{idle: true, options: func(o *Options) { o.Models = badModels{o.Models, tc.list} }})
			a := r.program("ada").do("GET", "models", nil)
			p := a.problem(t)
			if a.StatusCode != 500 || p.Code != "internal" || strings.Contains(string(a.body), "secret") || p.ID == "" || p.ID != a.Header.Get("X-Request-Id") {
				t.Errorf("%s %s, X-Request-Id %q", a.Status, a.body, a.Header.Get("X-Request-Id"))
			}
			if log := r.log.String(); !strings.Contains(log, "secret path") || !strings.Contains(log, p.ID) {
				t.Errorf("the log has no line with the cause and the id %s", p.ID)
			}
		})
	}
}

type badModels struct {
	Models
	list func() ([]wire.ModelInfo, error)
}

func (b badModels) List(context.Context, string) ([]wire.ModelInfo, error) { return b.list() }

// TestBrokenDownload: half a file is not taken for the whole.
func TestBrokenDownload(t *testing.T) {
	r := newRig(t, rigOptions{idle: true, options: func(o *Options) { o.Datasets = cutDatasets{o.Datasets} }})
	v := r.program("ada")
	d := v.iris()
	res, err := plain.Do(v.request("GET", "datasets/"+d.ID+"/rows.csv", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || err == nil || !strings.HasPrefix(string(b), "a,b") {
		t.Errorf("%s %q, %v; want the connection to break", res.Status, b, err)
	}
}

// cutDatasets fails in the middle of a download.
type cutDatasets struct{ Datasets }

func (cutDatasets) ExportCSV(_ context.Context, _, _ string, _ int, w io.Writer, _ []string, _ func(int64) []string) error {
	if _, err := io.WriteString(w, "a,b\n"+strings.Repeat("1,2\n", 4000)); err != nil {
		return err
	}
	return errors.New("the disk is gone")
}
