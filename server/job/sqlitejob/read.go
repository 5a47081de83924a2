package sqlitejob

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/wire"
)

const columns = `id, kind, owner, payload, max_attempts, state, attempt, done, total, result, fault, created, started, ended, last,
	(SELECT json_group_array(needs ORDER BY needs) FROM dependency WHERE job = job.id)`

// querier is what a *sql.DB and a *sql.Tx share.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Get returns a job.
func (s *Store) Get(ctx context.Context, id string) (job.Job, error) {
	j, err := get(ctx, s.read, id)
	return j, wrap("sqlitejob.Get", err)
}

func get(ctx context.Context, q querier, id string) (job.Job, error) {
	j, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM job WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return j, unknown(id)
	}
	return j, err
}

// List returns the owner's jobs, newest first.
func (s *Store) List(ctx context.Context, owner string) ([]job.Job, error) {
	const op = "sqlitejob.List"
	rows, err := s.read.QueryContext(ctx, `SELECT `+columns+` FROM job WHERE owner = $1 ORDER BY created DESC, rowid DESC`, owner)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close() // its error is that of rows.Err
	var all []job.Job
	for rows.Next() {
		j, err := scan(rows)
		if err != nil {
			return nil, wrap(op, err)
		}
		all = append(all, j)
	}
	return all, wrap(op, rows.Err())
}

func scan(row interface{ Scan(...any) error }) (j job.Job, err error) {
	var flt, after []byte
	var created int64
	var started, ended sql.NullInt64
	if err := row.Scan(&j.ID, &j.Kind, &j.Owner, &j.Payload, &j.MaxAttempts, &j.State, &j.Attempt, &j.Progress.Done, &j.Progress.Total,
		&j.Result, &flt, &created, &started, &ended, &j.Last, &after); err != nil {
		return j, err
	}
	j.Created = time.UnixMicro(created).UTC()
	if started.Valid {
		j.Started = time.UnixMicro(started.Int64).UTC()
	}
	if ended.Valid {
		j.Ended = time.UnixMicro(ended.Int64).UTC()
	}
	if flt != nil {
		if err := json.Unmarshal(flt, &j.Fault); err != nil {
			return j, err
		}
	}
	if err := json.Unmarshal(after, &j.After); err != nil {
		return j, err
	}
	if len(j.After) == 0 {
		j.After = nil
	}
	return j, nil
}

// Events returns at most limit events with Seq > after, in order.
func (s *Store) Events(ctx context.Context, id string, after int64, limit int) ([]wire.Event, error) {
	const op = "sqlitejob.Events"
	rows, err := s.read.QueryContext(ctx, `SELECT body FROM event WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT $3`, id, after, limit)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close() // its error is that of rows.Err
	var all []wire.Event
	for rows.Next() {
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return nil, wrap(op, err)
		}
		var e wire.Event
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, wrap(op, err)
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap(op, err)
	}
	if all == nil { // an empty log and an unknown job look the same so far
		if _, err := s.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Last returns the newest event's seq of each of the jobs that exist.
func (s *Store) Last(ctx context.Context, ids ...string) (map[string]int64, error) {
	const op = "sqlitejob.Last"
	last := make(map[string]int64, len(ids))
	if len(ids) == 0 {
		return last, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, wrap(op, err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id, last FROM job WHERE id IN (SELECT value FROM json_each($1))`, string(list))
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close() // its error is that of rows.Err
	for rows.Next() {
		var id string
		var seq int64
		if err := rows.Scan(&id, &seq); err != nil {
			return nil, wrap(op, err)
		}
		last[id] = seq
	}
	return last, wrap(op, rows.Err())
}

// Checkpoint returns what was saved last.
func (s *Store) Checkpoint(ctx context.Context, l job.Lease) ([]byte, error) {
	var blob []byte
	err := s.read.QueryRowContext(ctx, `SELECT blob FROM job LEFT JOIN checkpoint ON checkpoint.job = job.id WHERE `+held, l.Job.ID, l.Worker, l.Job.Attempt).Scan(&blob)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, job.ErrLost
	}
	return blob, wrap("sqlitejob.Checkpoint", err)
}

// held is true for the row of a job that the lease ($1 job, $2 worker, $3 attempt) still holds.
const held = `id = $1 AND worker = $2 AND attempt = $3 AND state = 'running'`

// own fails with job.ErrLost unless the lease still holds its job, and returns the job's row as it is.
func own(ctx context.Context, tx *sql.Tx, l job.Lease) (r row, err error) {
	err = tx.QueryRowContext(ctx, `SELECT id, spent, max_attempts, cancel, last FROM job WHERE `+held, l.Job.ID, l.Worker, l.Job.Attempt).
		Scan(&r.id, &r.spent, &r.max, &r.cancel, &r.last)
	if errors.Is(err, sql.ErrNoRows) {
		return r, job.ErrLost
	}
	return r, err
}

// row is what decisions about a running job are made from.
type row struct {
	id         string
	spent, max int
	cancel     bool
	last       int64
}
