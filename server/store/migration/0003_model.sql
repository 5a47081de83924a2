-- +goose Up
CREATE TABLE model (
  id         TEXT PRIMARY KEY,
  owner      TEXT NOT NULL REFERENCES user(id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  created    INTEGER NOT NULL,
  dataset    TEXT NOT NULL,     -- id; the dataset may be gone
  data_name  TEXT NOT NULL,
  version    INTEGER NOT NULL,
  k          INTEGER NOT NULL,
  rows       INTEGER NOT NULL,
  inertia    REAL NOT NULL,
  silhouette REAL,
  hash       TEXT NOT NULL
) STRICT;
CREATE INDEX model_owner ON model(owner, created);
-- The model's file, apart from the list, which is read without it.
CREATE TABLE model_file (
  model TEXT PRIMARY KEY REFERENCES model(id) ON DELETE CASCADE,
  body  BLOB NOT NULL           -- JSON; its name is that of the training, the list's counts
) STRICT;
-- The clusters of the rows that a model was trained on, a chunk of rows a line.
CREATE TABLE model_label (
  model TEXT NOT NULL REFERENCES model(id) ON DELETE CASCADE,
  first INTEGER NOT NULL,       -- least row id in the chunk; chunks do not overlap
  last  INTEGER NOT NULL,       -- greatest
  body  BLOB NOT NULL,          -- see registry.encodeChunk
  PRIMARY KEY (model, first)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE model_label;
DROP TABLE model_file;
DROP TABLE model;
