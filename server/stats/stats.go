// Package stats says what a table holds: the profile of its columns, how they
// hang together, samples for charts, counts under a brush, and advice before a
// training. It keeps the columns that were asked for in memory, up to a budget.
package stats

import (
	"context"
	"hash/maphash"
	"runtime"

	"golang.org/x/sync/semaphore"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/table"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Table is one version of a dataset, open for reading. Its row ids ascend.
type Table interface {
	table.Source
	Close() error
}

// Tables gives the tables of users. Another owner's is fault.NotFound.
type Tables interface {
	// Get describes a version; 0 means the newest.
	Get(ctx context.Context, owner, id string, version int) (wire.Dataset, error)
	// Open gives a version's rows, which never change; the caller closes them.
	Open(ctx context.Context, owner, id string, version int) (Table, error)
}

// Clusters gives the clusters of a model's rows.
type Clusters interface {
	// Clusters names the dataset that the owner's model was trained on, and how many
	// clusters there are; it calls fn with the row id and the cluster of each row, by id.
	// Another owner's model is fault.NotFound.
	Clusters(ctx context.Context, owner, model string, fn func(row int64, cluster int)) (dataset string, k int, err error)
}

// Options is what a Service works with. Tables must be set.
type Options struct {
	Tables   Tables
	Clusters Clusters // nil: no model's clusters are known
	Memory   int64    // bytes of columns to keep; 0 means 768 MiB. The questions at work may need as much again
	Workers  int      // goroutines of a question; 0 means one a processor
}

// Service answers questions about tables. Several goroutines may ask.
type Service struct {
	o       Options
	cache   *cache
	answers answers
	room    *semaphore.Weighted // bytes of columns that questions at work use
	seed    maphash.Seed        // of the hashes of texts
}

// New makes a service. It holds nothing but memory: there is nothing to close.
func New(o Options) *Service {
	if o.Memory <= 0 {
		o.Memory = 768 << 20
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &Service{o: o, cache: newCache(o.Memory), room: semaphore.NewWeighted(o.Memory), seed: maphash.MakeSeed()}
}

// Request names a version of an owner's dataset.
type Request struct {
	Owner   string
	Dataset string
	Version int    // 0 means the newest
	Model   string // its clusters are the category wire.ClusterColumn; empty: there is none
}

// indexes finds columns by name; none means all that want says.
func indexes(schema table.Schema, field string, names []string, want func(table.Column) bool) ([]int, error) {
	var at []int
	for _, name := range names {
		i := schema.Index(name)
		if i < 0 {
			return nil, fault.Fieldf(field, "There is no column %q.", name)
		}
		if !want(schema[i]) {
			return nil, fault.Fieldf(field, "Column %q holds texts. Choose columns of numbers.", name)
		}
		at = append(at, i)
	}
	if len(names) == 0 {
		for i, c := range schema {
			if want(c) {
				at = append(at, i)
			}
		}
	}
	return at, nil
}

func anyColumn(table.Column) bool  { return true }
func isNumber(c table.Column) bool { return c.Kind == table.Number }
