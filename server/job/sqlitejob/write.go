package sqlitejob

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/centroid-studio/centroid/server/job"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Enqueue adds a job with its first events.
func (s *Store) Enqueue(ctx context.Context, j job.Job, first ...wire.Event) error {
	defer s.poke()
	if j.MaxAttempts <= 0 {
		j.MaxAttempts = 3
	}
	if j.Payload == nil {
		j.Payload = []byte{}
	}
	return wrap("sqlitejob.Enqueue", s.tx(ctx, func(tx *sql.Tx) error {
		fallen := false // something in After ended without being done
		for _, needs := range j.After {
			state, err := stateOf(ctx, tx, needs)
			if err != nil {
				return err
			}
			fallen = fallen || state == job.Failed || state == job.Canceled
		}
		now := s.now().UnixMicro()
		r, err := tx.ExecContext(ctx, `INSERT INTO job (id, kind, owner, payload, max_attempts, state, due, created)
			VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6) ON CONFLICT DO NOTHING`, j.ID, j.Kind, j.Owner, j.Payload, j.MaxAttempts, now)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.Newf(fault.Conflict, "There is already a job %q.", j.ID)
		}
		for _, needs := range j.After {
			if _, err := tx.ExecContext(ctx, `INSERT INTO dependency (job, needs) VALUES ($1, $2) ON CONFLICT DO NOTHING`, j.ID, needs); err != nil {
				return err
			}
		}
		added, err := s.add(ctx, tx, j.ID, 0, first)
		if err != nil {
			return err
		}
		if fallen {
			_, err := s.end(ctx, tx, row{id: j.ID, last: int64(len(added))}, job.Canceled, "", wire.Event{Type: wire.EventCanceled})
			return err
		}
		return s.ready(ctx, tx, j.ID)
	}))
}

// ready queues a waiting job when nothing that it waits for is left.
func (s *Store) ready(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE job SET state = 'queued', due = $1 WHERE id = $2 AND state = 'waiting' AND NOT EXISTS
		(SELECT 1 FROM dependency d JOIN job n ON n.id = d.needs WHERE d.job = $2 AND n.state <> 'done')`, s.now().UnixMicro(), id)
	return err
}

// Append adds events.
func (s *Store) Append(ctx context.Context, l job.Lease, events ...wire.Event) (added []wire.Event, err error) {
	err = s.tx(ctx, func(tx *sql.Tx) error {
		r, err := own(ctx, tx, l)
		if err != nil {
			return err
		}
		added, err = s.add(ctx, tx, r.id, r.last, events)
		return err
	})
	if err != nil {
		return nil, wrap("sqlitejob.Append", err)
	}
	return added, nil
}

// add numbers events from last+1 and writes them.
func (s *Store) add(ctx context.Context, tx *sql.Tx, id string, last int64, events []wire.Event) ([]wire.Event, error) {
	if len(events) == 0 {
		return nil, nil
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO event (job, seq, body) VALUES ($1, $2, $3)`)
	if err != nil {
		return nil, err
	}
	defer insert.Close() // nothing was written by it that a later step does not notice
	added := make([]wire.Event, len(events))
	for i, e := range events {
		last++
		e.Job, e.Seq = id, last
		if e.At.IsZero() {
			e.At = s.now().Truncate(time.Microsecond)
		}
		body, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		if _, err := insert.ExecContext(ctx, id, last, body); err != nil {
			return nil, err
		}
		added[i] = e
	}
	_, err = tx.ExecContext(ctx, `UPDATE job SET last = $1 WHERE id = $2`, last, id)
	return added, err
}

// Finish ends the attempt.
func (s *Store) Finish(ctx context.Context, l job.Lease, result string, events ...wire.Event) (added []wire.Event, err error) {
	const op = "sqlitejob.Finish"
	if len(events) == 0 || !events[len(events)-1].Type.Ends() {
		return nil, wrap(op, errors.New("the last event does not end the job"))
	}
	defer s.poke()
	err = s.tx(ctx, func(tx *sql.Tx) error {
		r, err := own(ctx, tx, l)
		if err != nil {
			return err
		}
		before, last := events[:len(events)-1], events[len(events)-1]
		if added, err = s.add(ctx, tx, r.id, r.last, before); err != nil {
			return err
		}
		r.last += int64(len(before))
		state := job.State(last.Type) // the three that end have the same words
		if state == job.Failed && last.Fault == nil {
			return errors.New("a failed event without a fault")
		}
		if state == job.Failed && last.Fault.Retry {
			f := *last.Fault // the caller's stays as it is
			f.Retry = r.spent < r.max
			last.Fault = &f
			if r.cancel {
				state, last = job.Canceled, wire.Event{Type: wire.EventCanceled, At: last.At}
			} else if f.Retry {
				more, err := s.again(ctx, tx, r, last)
				added = append(added, more...)
				return err
			}
		}
		more, err := s.end(ctx, tx, r, state, result, last)
		added = append(added, more...)
		return err
	})
	if err != nil {
		return nil, wrap(op, err)
	}
	return added, nil
}

// again queues a job whose attempt failed.
func (s *Store) again(ctx context.Context, tx *sql.Tx, r row, failed wire.Event) ([]wire.Event, error) {
	flt, err := json.Marshal(failed.Fault)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE job SET state = 'queued', worker = '', due = $1, fault = $2 WHERE id = $3`,
		s.now().Add(job.Backoff(r.spent)).UnixMicro(), flt, r.id); err != nil {
		return nil, err
	}
	return s.add(ctx, tx, r.id, r.last, []wire.Event{failed})
}

// end settles a job, and what waits for it.
func (s *Store) end(ctx context.Context, tx *sql.Tx, r row, state job.State, result string, last wire.Event) ([]wire.Event, error) {
	var flt []byte
	if last.Fault != nil {
		var err error
		if flt, err = json.Marshal(last.Fault); err != nil {
			return nil, err
		}
	}
	if state == job.Failed {
		result = ""
	}
	if _, err := tx.ExecContext(ctx, `UPDATE job SET state = $1, result = $2, fault = $3, ended = $4, worker = '' WHERE id = $5`,
		string(state), result, flt, s.now().UnixMicro(), r.id); err != nil {
		return nil, err
	}
	added, err := s.add(ctx, tx, r.id, r.last, []wire.Event{last})
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM checkpoint WHERE job = $1`, r.id); err != nil {
		return nil, err
	}
	waiting, err := waiters(ctx, tx, r.id)
	if err != nil {
		return nil, err
	}
	for _, w := range waiting {
		if state == job.Done {
			err = s.ready(ctx, tx, w.id)
		} else {
			err = s.fall(ctx, tx, w)
		}
		if err != nil {
			return nil, fmt.Errorf("job %s, which waits for %s: %w", w.id, r.id, err)
		}
	}
	return added, nil
}

// fall cancels a job that waits, unless it has fallen with another that it waits for.
func (s *Store) fall(ctx context.Context, tx *sql.Tx, r row) error {
	state, err := stateOf(ctx, tx, r.id)
	if err != nil || state != job.Waiting {
		return err
	}
	_, err = s.end(ctx, tx, r, job.Canceled, "", wire.Event{Type: wire.EventCanceled})
	return err
}

// waiters lists the jobs that still wait for id.
func waiters(ctx context.Context, tx *sql.Tx, id string) ([]row, error) {
	rows, err := tx.QueryContext(ctx, `SELECT job.id, last FROM dependency d JOIN job ON job.id = d.job WHERE d.needs = $1 AND state = 'waiting'`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close() // its error is that of rows.Err
	var all []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.last); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// Cancel ends a job that does not run, or asks its worker to.
func (s *Store) Cancel(ctx context.Context, id string) error {
	defer s.poke()
	return wrap("sqlitejob.Cancel", s.tx(ctx, func(tx *sql.Tx) error {
		state, err := stateOf(ctx, tx, id)
		if err != nil || state.Ended() {
			return err
		}
		r := row{id: id}
		if err := tx.QueryRowContext(ctx, `UPDATE job SET cancel = 1 WHERE id = $1 RETURNING last`, id).Scan(&r.last); err != nil {
			return err
		}
		if state == job.Running {
			return nil
		}
		_, err = s.end(ctx, tx, r, job.Canceled, "", wire.Event{Type: wire.EventCanceled})
		return err
	}))
}

func stateOf(ctx context.Context, tx *sql.Tx, id string) (state job.State, err error) {
	err = tx.QueryRowContext(ctx, `SELECT state FROM job WHERE id = $1`, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", unknown(id)
	}
	return state, err
}
