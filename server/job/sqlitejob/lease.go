package sqlitejob

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Lease waits for a job and takes it. Jobs of this process wake it up; for
// those of other processes it looks now and then.
func (s *Store) Lease(ctx context.Context, worker string, kinds ...string) (job.Lease, error) {
	list, err := json.Marshal(kinds)
	if err != nil {
		return job.Lease{}, wrap("sqlitejob.Lease", err)
	}
	for {
		wake := s.wakeup() // before the look, so that nothing is missed between the two
		l, err := s.take(ctx, worker, string(list))
		if ctx.Err() != nil && err != nil {
			return job.Lease{}, context.Cause(ctx)
		}
		if err != nil || l.Worker != "" {
			return l, wrap("sqlitejob.Lease", err)
		}
		select {
		case <-wake:
		case <-s.opt.Clock.After(s.opt.Poll):
		case <-ctx.Done():
			return job.Lease{}, context.Cause(ctx)
		}
	}
}

const due = `FROM job WHERE state IN ('queued', 'running') AND due <= $1 AND kind IN (SELECT value FROM json_each($2)) ORDER BY due, rowid LIMIT 1`

// take leases the job that is due longest; without one it returns the zero
// Lease, having read only.
func (s *Store) take(ctx context.Context, worker, kinds string) (l job.Lease, err error) {
	var id string
	if err := s.read.QueryRowContext(ctx, `SELECT id `+due, s.now().UnixMicro(), kinds).Scan(&id); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return l, err
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		for { // jobs that end here are passed over
			now := s.now()
			var r row
			var state job.State
			err := tx.QueryRowContext(ctx, `SELECT id, spent, max_attempts, cancel, last, state `+due, now.UnixMicro(), kinds).
				Scan(&r.id, &r.spent, &r.max, &r.cancel, &r.last, &state)
			if errors.Is(err, sql.ErrNoRows) {
				return nil // somebody else was quicker
			}
			if err != nil {
				return err
			}
			switch {
			case r.cancel:
				_, err = s.end(ctx, tx, r, job.Canceled, "", wire.Event{Type: wire.EventCanceled})
			case r.spent >= r.max:
				_, err = s.end(ctx, tx, r, job.Failed, "", wire.Event{Type: wire.EventFailed, Fault: &wire.Fault{
					Code:    string(fault.Internal),
					Message: "The server stopped in the middle of this job, each time it tried. Start it again, perhaps with less data.",
				}})
			default:
				if _, err = tx.ExecContext(ctx, `UPDATE job SET state = 'running', worker = $1, attempt = attempt + 1, spent = spent + 1,
					due = $2, started = coalesce(started, $3) WHERE id = $4`,
					worker, now.Add(s.opt.Lease).UnixMicro(), now.UnixMicro(), r.id); err != nil {
					return err
				}
				l.Job, err = get(ctx, tx, r.id)
				l.Worker = worker
				return err
			}
			if err != nil {
				return err
			}
		}
	})
	if err != nil {
		return job.Lease{}, err
	}
	return l, nil
}

// Heartbeat extends the lease, tells the progress and learns of a cancel.
func (s *Store) Heartbeat(ctx context.Context, l job.Lease, p wire.Progress) (cancel bool, err error) {
	err = s.write.QueryRowContext(ctx, `UPDATE job SET due = $4, done = $5, total = $6 WHERE `+held+` RETURNING cancel`,
		l.Job.ID, l.Worker, l.Job.Attempt, s.now().Add(s.opt.Lease).UnixMicro(), p.Done, p.Total).Scan(&cancel)
	if errors.Is(err, sql.ErrNoRows) {
		return false, job.ErrLost
	}
	return cancel, wrap("sqlitejob.Heartbeat", err)
}

// SaveCheckpoint replaces the job's checkpoint.
func (s *Store) SaveCheckpoint(ctx context.Context, l job.Lease, blob []byte) error {
	if blob == nil {
		blob = []byte{}
	}
	return wrap("sqlitejob.SaveCheckpoint", s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := own(ctx, tx, l); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO checkpoint (job, blob) VALUES ($1, $2) ON CONFLICT (job) DO UPDATE SET blob = excluded.blob`, l.Job.ID, blob)
		return err
	}))
}

// Release gives the lease back.
func (s *Store) Release(ctx context.Context, l job.Lease) error {
	defer s.poke()
	return wrap("sqlitejob.Release", s.tx(ctx, func(tx *sql.Tx) error {
		r, err := own(ctx, tx, l)
		if err != nil {
			return err
		}
		if r.cancel {
			_, err = s.end(ctx, tx, r, job.Canceled, "", wire.Event{Type: wire.EventCanceled})
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE job SET state = 'queued', worker = '', spent = spent - 1, due = $1 WHERE id = $2`, s.now().UnixMicro(), r.id)
		return err
	}))
}

// Abandon ends the leases whose worker is dead.
func (s *Store) Abandon(ctx context.Context, dead func(worker string) bool) (n int, err error) {
	defer s.poke()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		n = 0
		rows, err := tx.QueryContext(ctx, `SELECT id, worker FROM job WHERE state = 'running'`)
		if err != nil {
			return err
		}
		defer rows.Close() // its error is that of rows.Err
		var ids []string
		for rows.Next() {
			var id, worker string
			if err := rows.Scan(&id, &worker); err != nil {
				return err
			}
			if dead(worker) {
				ids = append(ids, id)
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `UPDATE job SET due = min(due, $1) WHERE id = $2`, s.now().UnixMicro(), id); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, wrap("sqlitejob.Abandon", err)
}
