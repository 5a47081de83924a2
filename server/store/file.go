package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
)

func addFile(ctx context.Context, tx *sql.Tx, r dataset.Record, f dataset.File, root bool) error {
	stored, err := json.Marshal(r.Stored)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dataset_file(dataset, version, root, ids, stored) VALUES($1, $2, $3, $4, $5)`, r.ID, f.Version, root, f.IDs, string(stored))
	return err
}

// AddFile notes a file that has the rows of a version of r.
func (s *Store) AddFile(ctx context.Context, r dataset.Record, f dataset.File) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		var one int
		if err := tx.QueryRowContext(ctx, `SELECT 1 FROM dataset_version WHERE dataset = $1 AND version = $2`, r.ID, f.Version).Scan(&one); err != nil {
			return missing(err, noDataset)
		}
		err := addFile(ctx, tx, r, f, false)
		if taken(err) {
			return fault.Newf(fault.Conflict, "Version %d has a file already.", f.Version)
		}
		return err
	})
	return wrap("store.AddFile", err)
}

// DropFile forgets a file that is not a root's.
func (s *Store) DropFile(ctx context.Context, id string, version int) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM dataset_file WHERE dataset = $1 AND version = $2 AND root = 0`, id, version)
	return wrap("store.DropFile", err)
}

// Files gives a dataset's files, the newest first, and which of them are roots'.
func (s *Store) Files(ctx context.Context, id string) (all []dataset.File, roots map[int]bool, err error) {
	const op = "store.Files"
	rows, err := s.read.QueryContext(ctx, `SELECT version, root, ids FROM dataset_file WHERE dataset = $1 ORDER BY version DESC`, id)
	if err != nil {
		return nil, nil, wrap(op, err)
	}
	defer rows.Close()
	roots = map[int]bool{}
	for rows.Next() {
		var f dataset.File
		var root bool
		if err := rows.Scan(&f.Version, &root, &f.IDs); err != nil {
			return nil, nil, wrap(op, err)
		}
		all, roots[f.Version] = append(all, f), root
	}
	return all, roots, wrap(op, rows.Err())
}

// NextID gives an id that no row of an epoch has or had, nor any above it.
func (s *Store) NextID(ctx context.Context, id string, epoch int) (next int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(max(next_id), 0) FROM dataset_version WHERE dataset = $1 AND epoch = $2`, id, epoch).Scan(&next)
	return next, wrap("store.NextID", err)
}
