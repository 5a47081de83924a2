-- +goose Up
ALTER TABLE dataset_version ADD COLUMN kind   TEXT NOT NULL DEFAULT 'rows'; -- see wire.ChangeKind
ALTER TABLE dataset_version ADD COLUMN made_by TEXT NOT NULL DEFAULT '';    -- user id; the user may be gone
ALTER TABLE dataset_version ADD COLUMN origin TEXT NOT NULL DEFAULT '{}';   -- JSON: see dataset.Origin
ALTER TABLE dataset_version ADD COLUMN epoch  INTEGER NOT NULL DEFAULT 1;   -- first version with these row ids
ALTER TABLE dataset_version ADD COLUMN undo   INTEGER NOT NULL DEFAULT 0;   -- version that an undo takes back; 0 for none
ALTER TABLE dataset_version ADD COLUMN redo   INTEGER NOT NULL DEFAULT 0;
UPDATE dataset_version SET made_by = (SELECT owner FROM dataset WHERE id = dataset_version.dataset), undo = CASE version WHEN 1 THEN 0 ELSE version END;
UPDATE dataset_version SET kind = 'upload' WHERE version = 1;
-- The files of a dataset: a version is read from the newest that is not newer than it, and the patches since.
CREATE TABLE dataset_file (
  dataset TEXT NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,     -- whose rows it has
  root    INTEGER NOT NULL,     -- 0: it can be made again from an older file and the patches since
  ids     INTEGER NOT NULL,     -- 1: row ids are a column; 0: they are 0, 1, 2, ...
  stored  TEXT NOT NULL,        -- JSON: how each column's values are kept
  PRIMARY KEY (dataset, version)
) STRICT;
INSERT INTO dataset_file(dataset, version, root, ids, stored) SELECT id, 1, 1, 0, stored FROM dataset;
CREATE INDEX dataset_patch_since ON dataset_patch(dataset, since);

-- +goose Down
DROP INDEX dataset_patch_since;
DROP TABLE dataset_file;
ALTER TABLE dataset_version DROP COLUMN redo;
ALTER TABLE dataset_version DROP COLUMN undo;
ALTER TABLE dataset_version DROP COLUMN epoch;
ALTER TABLE dataset_version DROP COLUMN origin;
ALTER TABLE dataset_version DROP COLUMN made_by;
ALTER TABLE dataset_version DROP COLUMN kind;
