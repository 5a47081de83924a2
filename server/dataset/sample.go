package dataset

import (
	"context"
	"io/fs"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Samples are the tables that come with the program, files of web/sample.
var Samples = []wire.SampleData{
	{Name: "iris", Title: "Iris", Rows: 150, About: "Four measures of 150 flowers of three species.", Source: "Fisher 1936, UCI Machine Learning Repository", Licence: "CC BY 4.0"},
	{Name: "penguins", Title: "Penguins", Rows: 344, About: "Measures of three species, with gaps to be filled.", Source: "Gorman, Williams, Fraser 2014, palmerpenguins", Licence: "CC0"},
}

// IngestSample keeps a copy of a sample as a dataset of the owner. files holds NAME.csv.
func (s *Service) IngestSample(ctx context.Context, owner, name string, files fs.FS) (wire.Dataset, error) {
	for _, sample := range Samples {
		if sample.Name != name {
			continue
		}
		f, err := files.Open(name + ".csv")
		if err != nil {
			return wire.Dataset{}, fault.Wrap("dataset.IngestSample", err)
		}
		defer f.Close()
		return s.Ingest(ctx, owner, name, sample.Source+", "+sample.Licence, f)
	}
	return wire.Dataset{}, fault.Newf(fault.NotFound, "There is no sample %q.", name)
}
