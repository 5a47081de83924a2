package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"

	"github.com/centroid-studio/centroid/server/dataset"
)

// forever is until when a patch holds that no later one replaces.
const forever = int64(math.MaxInt64)

// addPatches keeps the rows that a version changes.
func addPatches(ctx context.Context, tx *sql.Tx, id string, version int, ps []dataset.Patch) error {
	if len(ps) == 0 {
		return nil
	}
	end, err := tx.PrepareContext(ctx, `UPDATE dataset_patch SET until = $1 WHERE dataset = $2 AND row = $3 AND until = $4`)
	if err != nil {
		return err
	}
	defer end.Close()
	add, err := tx.PrepareContext(ctx, `INSERT INTO dataset_patch(dataset, row, since, until, cells) VALUES($1, $2, $3, $4, $5)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, p := range ps {
		if _, err := end.ExecContext(ctx, version, id, p.Row, forever); err != nil {
			return err
		}
		var cells any
		if p.Cells != nil {
			b, err := json.Marshal(p.Cells)
			if err != nil {
				return err
			}
			cells = string(b)
		}
		if _, err := add.ExecContext(ctx, id, p.Row, version, forever, cells); err != nil {
			return err
		}
	}
	return nil
}

// Patches gives the rows in which a version differs from a file, by row id.
func (s *Store) Patches(ctx context.Context, id string, file, version int) ([]dataset.Patch, error) {
	ps, err := s.patches(ctx, `SELECT row, cells FROM dataset_patch WHERE dataset = $1 AND since > $2 AND since <= $3 AND until > $3 ORDER BY row`, id, file, version)
	return ps, wrap("store.Patches", err)
}

// PatchesOf gives the patches of some rows.
func (s *Store) PatchesOf(ctx context.Context, id string, file, version int, rows []int64) ([]dataset.Patch, error) {
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, wrap("store.PatchesOf", err)
	}
	// The rows come first: there may be many more patches than rows that are asked for.
	ps, err := s.patches(ctx, `SELECT p.row, p.cells FROM json_each($4) j CROSS JOIN dataset_patch p
		WHERE p.dataset = $1 AND p.row = j.value AND p.since > $2 AND p.since <= $3 AND p.until > $3 ORDER BY p.row`, id, file, version, string(list))
	return ps, wrap("store.PatchesOf", err)
}

func (s *Store) patches(ctx context.Context, q string, args ...any) ([]dataset.Patch, error) {
	rows, err := s.read.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []dataset.Patch
	for rows.Next() {
		var p dataset.Patch
		var cells sql.NullString
		if err := rows.Scan(&p.Row, &cells); err != nil {
			return nil, err
		}
		if cells.Valid {
			if err := json.Unmarshal([]byte(cells.String), &p.Cells); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Touched gives the rows that the versions above from and up to to changed, by row id.
func (s *Store) Touched(ctx context.Context, id string, from, to int) ([]int64, error) {
	const op = "store.Touched"
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT row FROM dataset_patch WHERE dataset = $1 AND since > $2 AND since <= $3 ORDER BY row`, id, from, to)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var row int64
		if err := rows.Scan(&row); err != nil {
			return nil, wrap(op, err)
		}
		all = append(all, row)
	}
	return all, wrap(op, rows.Err())
}

// Behind counts the changes of rows since a file.
func (s *Store) Behind(ctx context.Context, id string, file int) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM dataset_patch WHERE dataset = $1 AND since > $2`, id, file).Scan(&n)
	return n, wrap("store.Behind", err)
}
