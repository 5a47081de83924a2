package export

import (
	_ "embed" // the schema

	"github.com/centroid-studio/centroid/shared/model"
)

//go:embed schema.json
var schema []byte

func writeJSON(m *model.Model) ([]File, error) {
	b, err := model.Encode(m)
	if err != nil {
		return nil, err
	}
	return []File{{"model.json", "application/json", b}, {"model.schema.json", "application/schema+json", schema}}, nil
}

func jsonSnippet(*model.Model) string {
	return `centroid predict --model model.json --data rows.csv --out labelled.csv
`
}
