-- +goose Up
CREATE TABLE user (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE, -- lower case
  email    TEXT NOT NULL,
  password TEXT NOT NULL,        -- argon2id
  created  INTEGER NOT NULL
) STRICT;
CREATE TABLE token (
  hash    BLOB PRIMARY KEY,      -- SHA-256 of the secret
  id      TEXT NOT NULL UNIQUE,
  user    TEXT NOT NULL REFERENCES user(id) ON DELETE CASCADE,
  name    TEXT NOT NULL,
  session INTEGER NOT NULL,
  created INTEGER NOT NULL,
  used    INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
CREATE INDEX token_user ON token(user);

-- +goose Down
DROP TABLE token;
DROP TABLE user;
