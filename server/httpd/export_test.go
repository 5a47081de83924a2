package httpd

import (
	"archive/zip"
	"bytes"
	"mime"
	"slices"
	"strings"
	"testing"

	"github.com/centroid-studio/centroid/shared/export"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// TestExport takes a model in every format, whole and by file, and back in.
func TestExport(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	end := v.trains(irisStart(v.iris()))
	m, path := end.Model, "models/"+end.Model.ID
	for _, f := range export.Formats() {
		want, err := f.Write(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range want {
			one := v.must("GET", path+"/export?format="+f.ID+"&file="+file.Name, nil, nil)
			_, params, err := mime.ParseMediaType(one.Header.Get("Content-Disposition"))
			if !bytes.Equal(one.body, file.Body) || one.Header.Get("Content-Type") != file.MIME || err != nil || params["filename"] != file.Name {
				t.Errorf("%s: %s comes as %d bytes of %q, %v, want %d of %q", f.ID, file.Name, len(one.body), one.Header, err, len(file.Body), file.MIME)
			}
		}
		all := v.must("GET", path+"/export?format="+f.ID, nil, nil)
		if len(want) == 1 {
			if !bytes.Equal(all.body, want[0].Body) {
				t.Errorf("%s: the only file is another one", f.ID)
			}
			continue
		}
		z, err := zip.NewReader(bytes.NewReader(all.body), int64(len(all.body)))
		if err != nil {
			t.Fatal(err)
		}
		var names, wanted []string
		for i, file := range z.File {
			names, wanted = append(names, file.Name), append(wanted, want[i].Name)
		}
		if !slices.Equal(names, wanted) {
			t.Errorf("%s: the zip has %q, want %q", f.ID, names, wanted)
		}
	}
	for _, tc := range []struct {
		query  string
		status int
		says   string
	}{
		{"?format=xls", 400, "onnx"},
		{"?format=json&file=x", 400, "model.schema.json"},
		{"", 400, "format is missing"},
	} {
		if a := v.do("GET", path+"/export"+tc.query, nil); a.StatusCode != tc.status || !strings.Contains(a.problem(t).Detail, tc.says) {
			t.Errorf("export%s = %s %s, want %d with %q", tc.query, a.Status, a.body, tc.status, tc.says)
		}
	}
	if a := r.program("bob").do("GET", path+"/export?format=js", nil); a.StatusCode != 404 {
		t.Errorf("another user's model is exported: %s", a.Status)
	}
}

// TestTakeModel imports files, and refuses what is none.
func TestTakeModel(t *testing.T) {
	r := newRig(t, rigOptions{})
	v := r.program("ada")
	end := v.trains(irisStart(v.iris()))
	bob := r.program("bob")
	pmml := v.must("GET", "models/"+end.Model.ID+"/export?format=pmml", nil, nil).body
	own := v.must("GET", "models/"+end.Model.ID+"/file", nil, nil).body
	for _, tc := range []struct {
		name, query, want string
		file              []byte
		imported          string
	}{
		{"its own file", "", end.Model.Name, own, ""},
		{"PMML under another name", "?name=flowers", "flowers", pmml, "PMML"},
	} {
		var info wire.ModelInfo
		v.must("POST", "models"+tc.query, string(tc.file), &info)
		var m model.Model
		v.must("GET", "models/"+info.ID, nil, &m)
		if m.ID == end.Model.ID || m.Name != tc.want || m.Hash != end.Model.Hash || m.Data.Imported != tc.imported || m.Data.Dataset != "" || m.Created.IsZero() || info.Hash != m.Hash {
			t.Errorf("%s: kept as %q, %+v, %v, hash %.8s", tc.name, m.Name, m.Data, m.Created, m.Hash)
		}
		if a := v.do("GET", "models/"+info.ID+"/rows", nil); a.StatusCode != 404 {
			t.Errorf("%s: its rows are %s %s, want 404", tc.name, a.Status, a.body)
		}
		if a := bob.do("GET", "models/"+info.ID, nil); a.StatusCode != 404 {
			t.Errorf("%s: bob sees it: %s", tc.name, a.Status)
		}
	}
	for name, file := range map[string]string{"a table": "x,y\n1,2\n", "a cut file": string(own[:len(own)/2]), "nothing": " "} {
		if a := v.do("POST", "models", file); a.StatusCode != 400 || a.problem(t).Code != "invalid" {
			t.Errorf("%s = %s %s, want 400", name, a.Status, a.body)
		}
	}
	if a := v.do("POST", "models", strings.Repeat(" ", maxModelFile+1)); a.StatusCode != 413 {
		t.Errorf("a file that is too large = %s %s, want 413", a.Status, a.body)
	}
	var all []wire.ModelInfo
	if v.must("GET", "models", nil, &all); len(all) != 3 {
		t.Errorf("%d models, want 3", len(all))
	}
}
