package store

import (
	"context"
	"database/sql"

	"github.com/centroid-studio/centroid/server/registry"
	"github.com/centroid-studio/centroid/shared/wire"
)

const noModel = "There is no such model."

// AddModel keeps a new model of the owner.
func (s *Store) AddModel(ctx context.Context, owner string, m wire.ModelInfo, body []byte) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO model(id, owner, name, created, dataset, data_name, version, k, rows, inertia, silhouette, hash)
			VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			m.ID, owner, m.Name, millis(m.Created), m.Dataset, m.DataName, m.Version, m.K, m.Rows, m.Inertia, m.Silhouette, m.Hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO model_file(model, body) VALUES($1, $2)`, m.ID, body)
		return err
	})
	return wrap("store.AddModel", err)
}

// Model gives the owner's model: its name and its file.
func (s *Store) Model(ctx context.Context, owner, id string) (name string, body []byte, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT m.name, f.body FROM model m JOIN model_file f ON f.model = m.id WHERE m.owner = $1 AND m.id = $2`, owner, id).Scan(&name, &body)
	return name, body, wrap("store.Model", missing(err, noModel))
}

// Models lists the owner's models, the newest first.
func (s *Store) Models(ctx context.Context, owner string) ([]wire.ModelInfo, error) {
	const op = "store.Models"
	rows, err := s.read.QueryContext(ctx, `SELECT id, name, created, dataset, data_name, version, k, rows, inertia, silhouette, hash
		FROM model WHERE owner = $1 ORDER BY created DESC, id`, owner)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	all := []wire.ModelInfo{}
	for rows.Next() {
		var m wire.ModelInfo
		var created int64
		if err := rows.Scan(&m.ID, &m.Name, &created, &m.Dataset, &m.DataName, &m.Version, &m.K, &m.Rows, &m.Inertia, &m.Silhouette, &m.Hash); err != nil {
			return nil, wrap(op, err)
		}
		m.Created = at(created)
		all = append(all, m)
	}
	return all, wrap(op, rows.Err())
}

// RenameModel gives the owner's model another name.
func (s *Store) RenameModel(ctx context.Context, owner, id, name string) error {
	res, err := s.write.ExecContext(ctx, `UPDATE model SET name = $1 WHERE owner = $2 AND id = $3`, name, owner, id)
	if err == nil {
		err = affected(res, "model")
	}
	return wrap("store.RenameModel", err)
}

// DeleteModel removes the owner's model with its labels.
func (s *Store) DeleteModel(ctx context.Context, owner, id string) error {
	res, err := s.write.ExecContext(ctx, `DELETE FROM model WHERE owner = $1 AND id = $2`, owner, id)
	if err == nil {
		err = affected(res, "model")
	}
	return wrap("store.DeleteModel", err)
}

// SetLabels replaces the labels of the owner's model by the chunks that next
// gives, until one has no body.
func (s *Store) SetLabels(ctx context.Context, owner, id string, next func() registry.Chunk) error {
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if err := ownsModel(tx.QueryRowContext(ctx, ownModel, owner, id)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM model_label WHERE model = $1`, id); err != nil {
			return err
		}
		for c := next(); c.Body != nil; c = next() {
			if _, err := tx.ExecContext(ctx, `INSERT INTO model_label(model, first, last, body) VALUES($1, $2, $3, $4)`, id, c.First, c.Last, c.Body); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("store.SetLabels", err)
}

// Labels gives the chunks of the owner's model, without their bodies, in
// row order.
func (s *Store) Labels(ctx context.Context, owner, id string) ([]registry.Chunk, error) {
	const op = "store.Labels"
	if err := ownsModel(s.read.QueryRowContext(ctx, ownModel, owner, id)); err != nil {
		return nil, wrap(op, err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT first, last FROM model_label WHERE model = $1 ORDER BY first`, id)
	if err != nil {
		return nil, wrap(op, err)
	}
	defer rows.Close()
	var all []registry.Chunk
	for rows.Next() {
		var c registry.Chunk
		if err := rows.Scan(&c.First, &c.Last); err != nil {
			return nil, wrap(op, err)
		}
		all = append(all, c)
	}
	return all, wrap(op, rows.Err())
}

// LabelChunk gives the body of a chunk that Labels named.
func (s *Store) LabelChunk(ctx context.Context, id string, first int64) (body []byte, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT body FROM model_label WHERE model = $1 AND first = $2`, id, first).Scan(&body)
	return body, wrap("store.LabelChunk", missing(err, noModel))
}

const ownModel = `SELECT 1 FROM model WHERE owner = $1 AND id = $2`

func ownsModel(row *sql.Row) error {
	var one int
	return missing(row.Scan(&one), noModel)
}
