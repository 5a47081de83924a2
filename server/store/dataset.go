package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/centroid-studio/centroid/server/dataset"
	"github.com/centroid-studio/centroid/shared/fault"
)

const noDataset = "There is no such dataset, or no such version of it."

// AddDataset keeps a new dataset with its first version and the file of it.
func (s *Store) AddDataset(ctx context.Context, r dataset.Record, v dataset.Version) error {
	stored, err := json.Marshal(r.Stored)
	if err != nil {
		return wrap("store.AddDataset", err)
	}
	err = s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO dataset(id, owner, name, source, bytes, created, stored, newest) VALUES($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.ID, r.Owner, r.Name, r.Source, r.Bytes, millis(r.Created), string(stored), v.Number); err != nil {
			return err
		}
		if err := addFile(ctx, tx, r, v.File, true); err != nil {
			return err
		}
		return addVersion(ctx, tx, r.ID, v)
	})
	return wrap("store.AddDataset", err)
}

func addVersion(ctx context.Context, tx *sql.Tx, id string, v dataset.Version) error {
	schema, err := json.Marshal(v.Schema)
	if err != nil {
		return err
	}
	origin, err := json.Marshal(v.Origin)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO dataset_version(dataset, version, rows, next_id, hash, change, updated, schema, kind, made_by, origin, epoch, undo, redo)
		VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		id, v.Number, v.Rows, v.NextID, v.Hash, v.Change, millis(v.Updated), string(schema), string(v.Kind), v.By, string(origin), v.Epoch, v.Undo, v.Redo)
	return err
}

const datasetColumns = `d.id, d.owner, d.name, d.source, d.bytes, d.created, f.stored, d.newest,
	v.version, v.rows, v.next_id, v.hash, v.change, v.updated, v.schema, v.kind, v.made_by, v.origin, v.epoch, v.undo, v.redo, f.version, f.ids,
	(SELECT max(version) FROM dataset_file WHERE dataset = d.id AND root = 1 AND version <= v.version)
	FROM dataset d JOIN dataset_version v ON v.dataset = d.id
	JOIN dataset_file f ON f.dataset = d.id AND f.version = (SELECT max(version) FROM dataset_file WHERE dataset = d.id AND version <= v.version)`

func scanDataset(scan func(...any) error) (r dataset.Record, v dataset.Version, err error) {
	var created, updated int64
	var stored, schema, origin []byte
	if err := scan(&r.ID, &r.Owner, &r.Name, &r.Source, &r.Bytes, &created, &stored, &r.Newest,
		&v.Number, &v.Rows, &v.NextID, &v.Hash, &v.Change, &updated, &schema, &v.Kind, &v.By, &origin, &v.Epoch, &v.Undo, &v.Redo, &v.File.Version, &v.File.IDs, &v.Root); err != nil {
		return r, v, missing(err, noDataset)
	}
	r.Created, v.Updated = at(created), at(updated)
	if err := json.Unmarshal(stored, &r.Stored); err != nil {
		return r, v, err
	}
	if err := json.Unmarshal(origin, &v.Origin); err != nil {
		return r, v, err
	}
	return r, v, json.Unmarshal(schema, &v.Schema)
}

// Dataset gives a version of the owner's dataset; 0 means the newest.
func (s *Store) Dataset(ctx context.Context, owner, id string, version int) (dataset.Record, dataset.Version, error) {
	r, v, err := scanDataset(s.read.QueryRowContext(ctx, `SELECT `+datasetColumns+`
		WHERE d.owner = $1 AND d.id = $2 AND v.version = CASE WHEN $3 = 0 THEN d.newest ELSE $3 END`, owner, id, version).Scan)
	return r, v, wrap("store.Dataset", err)
}

// Datasets gives the newest version of each of the owner's datasets, the newest dataset first.
func (s *Store) Datasets(ctx context.Context, owner string) ([]dataset.Record, []dataset.Version, error) {
	rs, vs, err := s.datasets(ctx, `WHERE d.owner = $1 AND v.version = d.newest ORDER BY d.created DESC, d.id`, owner)
	return rs, vs, wrap("store.Datasets", err)
}

// Versions gives the versions of a dataset, the newest first; at most limit, all if it is 0.
func (s *Store) Versions(ctx context.Context, owner, id string, limit int) (dataset.Record, []dataset.Version, error) {
	if limit == 0 {
		limit = -1
	}
	rs, vs, err := s.datasets(ctx, `WHERE d.owner = $1 AND d.id = $2 ORDER BY v.version DESC LIMIT $3`, owner, id, limit)
	if err == nil && len(rs) == 0 {
		err = fault.Newf(fault.NotFound, noDataset)
	}
	if err != nil {
		return dataset.Record{}, nil, wrap("store.Versions", err)
	}
	return rs[0], vs, nil
}

func (s *Store) datasets(ctx context.Context, where string, args ...any) (rs []dataset.Record, vs []dataset.Version, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+datasetColumns+` `+where, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r, v, err := scanDataset(rows.Scan)
		if err != nil {
			return nil, nil, err
		}
		rs, vs = append(rs, r), append(vs, v)
	}
	return rs, vs, rows.Err()
}

// AddVersion makes v the newest version of the owner's dataset, with the rows
// that it changes, and if its file is its own, that file.
func (s *Store) AddVersion(ctx context.Context, r dataset.Record, v dataset.Version, ps []dataset.Patch) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE dataset SET newest = $1 WHERE owner = $2 AND id = $3 AND newest = $1 - 1`, v.Number, r.Owner, r.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			var newest int
			if err := tx.QueryRowContext(ctx, `SELECT newest FROM dataset WHERE owner = $1 AND id = $2`, r.Owner, r.ID).Scan(&newest); err != nil {
				return missing(err, noDataset)
			}
			return fault.Newf(fault.Conflict, "The dataset was changed meanwhile: version %d is the newest. Load it and try again.", newest)
		}
		if err := addVersion(ctx, tx, r.ID, v); err != nil {
			return err
		}
		if v.File.Version == v.Number {
			if err := addFile(ctx, tx, r, v.File, true); err != nil {
				return err
			}
		}
		return addPatches(ctx, tx, r.ID, v.Number, ps)
	})
	return wrap("store.AddVersion", err)
}

// RenameDataset gives the owner's dataset another name.
func (s *Store) RenameDataset(ctx context.Context, owner, id, name string) error {
	res, err := s.write.ExecContext(ctx, `UPDATE dataset SET name = $1 WHERE owner = $2 AND id = $3`, name, owner, id)
	if err == nil {
		err = affected(res, "dataset")
	}
	return wrap("store.RenameDataset", err)
}

// DeleteDataset removes the owner's dataset with all its versions.
func (s *Store) DeleteDataset(ctx context.Context, owner, id string) error {
	res, err := s.write.ExecContext(ctx, `DELETE FROM dataset WHERE owner = $1 AND id = $2`, owner, id)
	if err == nil {
		err = affected(res, "dataset")
	}
	return wrap("store.DeleteDataset", err)
}

// HasDataset reports whether the dataset is there, whoever owns it.
func (s *Store) HasDataset(ctx context.Context, id string) (has bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS(SELECT 1 FROM dataset WHERE id = $1)`, id).Scan(&has)
	return has, wrap("store.HasDataset", err)
}
