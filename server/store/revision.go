package store

import (
	"context"
	"encoding/json"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Revisions gives a window of a dataset's versions below before, the newest
// first; 0 means from the newest. Models are left out.
func (s *Store) Revisions(ctx context.Context, owner, id string, before, limit int) (all []wire.Revision, total int, err error) {
	const op = "store.Revisions"
	// Versions are numbered without a gap.
	if err := s.read.QueryRowContext(ctx, `SELECT newest FROM dataset WHERE owner = $1 AND id = $2`, owner, id).Scan(&total); err != nil {
		return nil, 0, wrap(op, missing(err, noDataset))
	}
	if before <= 0 || before > total {
		before = total + 1
	}
	rows, err := s.read.QueryContext(ctx, `SELECT v.version, v.kind, v.change, coalesce(u.name, ''), v.updated, v.rows, json_array_length(v.schema), v.hash, v.origin
		FROM dataset_version v LEFT JOIN user u ON u.id = v.made_by
		WHERE v.dataset = $1 AND v.version < $2 ORDER BY v.version DESC LIMIT $3`, id, before, limit)
	if err != nil {
		return nil, 0, wrap(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		var r wire.Revision
		var made int64
		var raw []byte
		if err := rows.Scan(&r.Version, &r.Kind, &r.Change, &r.By, &made, &r.Rows, &r.Columns, &r.Hash, &raw); err != nil {
			return nil, 0, wrap(op, err)
		}
		var from dataset.Origin
		if err := json.Unmarshal(raw, &from); err != nil {
			return nil, 0, fault.Wrap(op, err)
		}
		r.Made, r.Parents, r.Steps = at(made), from.Parents, from.Steps
		all = append(all, r)
	}
	return all, total, wrap(op, rows.Err())
}
