package sqlitejob_test

import (
	"path/filepath"
	"testing"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/server/job/jobtest"
	"github.com/centroid-studio/centroid/server/job/sqlitejob"
)

func TestStore(t *testing.T) {
	jobtest.Run(t, func(t *testing.T) jobtest.Place {
		path := filepath.Join(t.TempDir(), "a job's ?#%41 ü.db")
		return func(o job.Options) (job.Store, error) { return sqlitejob.Open(t.Context(), path, o) }
	})
}
