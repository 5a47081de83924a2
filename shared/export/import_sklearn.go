package export

import (
	"bytes"
	_ "embed" // the script
	"encoding/json"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/prep"
)

//go:embed py/dump.py
var sklearnDump string

// SklearnScript is dump_kmeans.py, which writes a fitted KMeans of scikit-learn,
// or a Pipeline that ends with one, as JSON that Import reads.
func SklearnScript() File {
	return File{"dump_kmeans.py", "text/x-python; charset=utf-8", []byte(sklearnDump)}
}

func readSklearn(file []byte) (*model.Model, error) {
	dec := json.NewDecoder(bytes.NewReader(file))
	dec.DisallowUnknownFields()
	var f sklearnFile
	if err := dec.Decode(&f); err != nil {
		return nil, &fault.Error{Code: fault.Invalid, Op: "export.readSklearn", Err: err, Msg: "This scikit-learn JSON is not as dump_kmeans.py writes it: " + err.Error() + "."}
	}
	if f.Version != sklearnVersion {
		return nil, fault.Newf(fault.Invalid, "The scikit-learn JSON has version %d; this program reads version %d. Take the dump_kmeans.py of this program.", f.Version, sklearnVersion)
	}
	p := prep.Prep{Missing: f.Missing, Scale: f.Scale, Unit: f.Unit}
	for _, c := range f.Columns {
		if c.Levels != nil {
			c.Offset, c.Factor, c.Fill = 0, 0, 0
		}
		p.Columns = append(p.Columns, prep.Column(c))
	}
	m, err := imported("scikit-learn", f.Name, p, f.Centers)
	if err != nil {
		return nil, err
	}
	m.Training.Passes, m.Training.Inertia = f.Passes, f.Inertia
	return m, nil
}
