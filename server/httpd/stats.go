package httpd

import (
	"context"

	"github.com/centroid-studio/centroid/server/auth"
	"github.com/centroid-studio/centroid/server/stats"
	"github.com/centroid-studio/centroid/shared/prep"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Stats is what httpd asks of stats.Service. Another owner's dataset or model is fault.NotFound.
type Stats interface {
	Describe(ctx context.Context, q stats.Request, p stats.Profile) (wire.Describe, error)
	Sample(ctx context.Context, q stats.Request, want stats.Sample) (wire.SampleRows, error)
	Correlate(ctx context.Context, q stats.Request, columns []string, method string) (wire.Correlation, error)
	PCA(ctx context.Context, q stats.Request, c stats.Components) (wire.PCA, error)
	Brush(ctx context.Context, owner, dataset string, b wire.Brush) (wire.Brushed, error)
	Advise(ctx context.Context, q stats.Request, cfg prep.Config) (wire.AdviceList, error)
}

// names gives the columns that a request chooses: huma would split them at each comma.
func (q *request) names() ([]string, error) { return columnsOf(q.r.URL.Query()["columns"]) }

func (s *Server) statsRoutes() {
	type describeInput struct {
		request
		ID        string `path:"id"`
		Version   int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Columns   string `query:"columns" doc:"names, separated by commas; one that has a comma stands in double quotes; none means all"`
		Bins      int    `query:"bins" minimum:"0" maximum:"1000" doc:"of histograms; 0 or absent means as many as fit the values, at most 100"`
		Bandwidth string `query:"bandwidth" enum:"silverman,sheather-jones" default:"silverman" doc:"the rule for the density's bandwidth"`
	}
	handle(s, op{route: "GET datasets/{id}/describe", tag: "statistics", summary: "Statistics, histograms, densities and box plots of columns"},
		func(ctx context.Context, who auth.Identity, in *describeInput) (*body[wire.Describe], error) {
			columns, err := in.names()
			if err != nil {
				return nil, err
			}
			d, err := s.o.Stats.Describe(ctx, stats.Request{Owner: who.User, Dataset: in.ID, Version: in.Version},
				stats.Profile{Columns: columns, Bins: in.Bins, Bandwidth: in.Bandwidth})
			return &body[wire.Describe]{d}, err
		})

	type sampleInput struct {
		request
		ID      string `path:"id"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Columns string `query:"columns" doc:"names, separated by commas; one that has a comma stands in double quotes; none means all"`
		N       int    `query:"n" minimum:"0" doc:"rows at most; 0 or absent means 2,000"`
		Seed    uint64 `query:"seed" doc:"another seed chooses other rows"`
		Model   string `query:"model" doc:"id of a model trained on this dataset: adds the column \"cluster\""`
		By      string `query:"by" doc:"a category, or \"cluster\" with a model: each level has its share of the rows, and ten at least if there is room"`
	}
	sample := func(ctx context.Context, who auth.Identity, in *sampleInput) (wire.SampleRows, error) {
		columns, err := in.names()
		if err != nil {
			return wire.SampleRows{}, err
		}
		return s.o.Stats.Sample(ctx, stats.Request{Owner: who.User, Dataset: in.ID, Version: in.Version, Model: in.Model},
			stats.Sample{Columns: columns, N: in.N, Seed: in.Seed, By: in.By})
	}
	handle(s, op{route: "GET datasets/{id}/sample", tag: "statistics", summary: "Some rows with their ids, chosen by seed and row id, for charts"},
		func(ctx context.Context, who auth.Identity, in *sampleInput) (*body[wire.SampleRows], error) {
			rows, err := sample(ctx, who, in)
			return &body[wire.SampleRows]{rows}, err
		})

	handle(s, op{route: "GET datasets/{id}/sample/columns", tag: "statistics", summary: "The same rows, column by column and in binary, which a program reads in a tenth of the time"},
		func(ctx context.Context, who auth.Identity, in *sampleInput) (*body[wire.SampleColumns], error) {
			rows, err := sample(ctx, who, in)
			return &body[wire.SampleColumns]{rows.ByColumn()}, err
		})

	type correlationInput struct {
		request
		ID      string `path:"id"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Columns string `query:"columns" doc:"names, separated by commas; one that has a comma stands in double quotes; none means all"`
		Method  string `query:"method" enum:"pearson,spearman" default:"pearson"`
	}
	handle(s, op{route: "GET datasets/{id}/correlation", tag: "statistics", summary: "How each pair of columns of numbers hangs together"},
		func(ctx context.Context, who auth.Identity, in *correlationInput) (*body[wire.Correlation], error) {
			columns, err := in.names()
			if err != nil {
				return nil, err
			}
			c, err := s.o.Stats.Correlate(ctx, stats.Request{Owner: who.User, Dataset: in.ID, Version: in.Version}, columns, in.Method)
			return &body[wire.Correlation]{c}, err
		})

	type pcaInput struct {
		request
		ID      string `path:"id"`
		Version int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Columns string `query:"columns" doc:"names, separated by commas; one that has a comma stands in double quotes; none means all"`
		Scale   string `query:"scale" enum:"standard,minmax,none" default:"standard"`
		Keep    int    `query:"keep" minimum:"0" doc:"components; 0 or absent means all"`
		N       int    `query:"n" minimum:"0" doc:"rows of the sample at most; 0 or absent means 2,000"`
		Seed    uint64 `query:"seed" doc:"another seed chooses other rows"`
		Model   string `query:"model" doc:"id of a model trained on this dataset, to choose by \"cluster\""`
		By      string `query:"by" doc:"a category, or \"cluster\" with a model: each level has its share of the sample, and each row's is its last cell"`
	}
	handle(s, op{route: "GET datasets/{id}/pca", tag: "statistics", summary: "Principal components of columns of numbers, with some rows in their coordinates"},
		func(ctx context.Context, who auth.Identity, in *pcaInput) (*body[wire.PCA], error) {
			columns, err := in.names()
			if err != nil {
				return nil, err
			}
			p, err := s.o.Stats.PCA(ctx, stats.Request{Owner: who.User, Dataset: in.ID, Version: in.Version, Model: in.Model},
				stats.Components{Columns: columns, Keep: in.Keep, Scale: prep.Scale(in.Scale), Sample: stats.Sample{N: in.N, Seed: in.Seed, By: in.By}})
			return &body[wire.PCA]{p}, err
		})

	type adviceInput struct {
		request
		ID       string `path:"id"`
		Version  int    `query:"version" minimum:"0" doc:"0 or absent means the newest"`
		Features string `query:"features" doc:"names, separated by commas; one that has a comma stands in double quotes; none means the columns that are features"`
		Scale    string `query:"scale" enum:"standard,minmax,none" default:"standard" doc:"of the training"`
		Missing  string `query:"missing" enum:"drop,mean,median" default:"drop" doc:"of the training"`
		Logs     string `query:"logs" doc:"features whose logarithm is taken, written as the features are"`
	}
	handle(s, op{route: "GET datasets/{id}/advice", tag: "statistics", summary: "What to know before training on some columns, and what to do about it"},
		func(ctx context.Context, who auth.Identity, in *adviceInput) (*body[wire.AdviceList], error) {
			features, err := columnsOf(in.r.URL.Query()["features"])
			if err != nil {
				return nil, err
			}
			logs, err := columnsOf(in.r.URL.Query()["logs"])
			if err != nil {
				return nil, err
			}
			a, err := s.o.Stats.Advise(ctx, stats.Request{Owner: who.User, Dataset: in.ID, Version: in.Version},
				prep.Config{Columns: features, Scale: prep.Scale(in.Scale), Missing: prep.Missing(in.Missing), Logs: logs})
			return &body[wire.AdviceList]{a}, err
		})

	type brushInput struct {
		ID   string `path:"id"`
		Body wire.Brush
	}
	handle(s, op{route: "POST datasets/{id}/brush", tag: "statistics", summary: "Exact counts and histograms of the rows that pass a filter"},
		func(ctx context.Context, who auth.Identity, in *brushInput) (*body[wire.Brushed], error) {
			b, err := s.o.Stats.Brush(ctx, who.User, in.ID, in.Body)
			return &body[wire.Brushed]{b}, err
		})
}
