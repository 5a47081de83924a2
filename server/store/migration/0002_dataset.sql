-- +goose Up
CREATE TABLE dataset (
  id      TEXT PRIMARY KEY,
  owner   TEXT NOT NULL REFERENCES user(id) ON DELETE CASCADE,
  name    TEXT NOT NULL,
  source  TEXT NOT NULL,
  bytes   INTEGER NOT NULL,
  created INTEGER NOT NULL,
  stored  TEXT NOT NULL,        -- JSON: how each column's values are kept
  newest  INTEGER NOT NULL
) STRICT;
CREATE INDEX dataset_owner ON dataset(owner);
CREATE TABLE dataset_version (
  dataset TEXT NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  rows    INTEGER NOT NULL,
  next_id INTEGER NOT NULL,     -- id of the next row to be added
  hash    TEXT NOT NULL,
  change  TEXT NOT NULL,
  updated INTEGER NOT NULL,
  schema  TEXT NOT NULL,        -- JSON
  PRIMARY KEY (dataset, version)
) STRICT;
-- A row that differs from the uploaded file, from one version up to before another.
CREATE TABLE dataset_patch (
  dataset TEXT NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  row     INTEGER NOT NULL,
  since   INTEGER NOT NULL,     -- first version
  until   INTEGER NOT NULL,     -- version after the last one; the largest integer for none
  cells   TEXT,                 -- JSON in schema order; NULL: the row is deleted
  PRIMARY KEY (dataset, row, since)
) STRICT;

-- +goose Down
DROP TABLE dataset_patch;
DROP TABLE dataset_version;
DROP TABLE dataset;
