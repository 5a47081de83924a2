-- Times are microseconds since 1970, UTC.
CREATE TABLE job (
	id           TEXT PRIMARY KEY,
	kind         TEXT NOT NULL,
	owner        TEXT NOT NULL,
	payload      BLOB NOT NULL,
	max_attempts INTEGER NOT NULL,
	state        TEXT NOT NULL,
	attempt      INTEGER NOT NULL DEFAULT 0, -- leases so far: the fence
	spent        INTEGER NOT NULL DEFAULT 0, -- attempts that count towards max_attempts
	worker       TEXT NOT NULL DEFAULT '',
	due          INTEGER NOT NULL,           -- queued: not before; running: end of the lease
	cancel       INTEGER NOT NULL DEFAULT 0, -- somebody asked
	done         INTEGER NOT NULL DEFAULT 0, -- progress
	total        INTEGER NOT NULL DEFAULT 0,
	result       TEXT NOT NULL DEFAULT '',
	fault        BLOB,                       -- JSON of wire.Fault
	created      INTEGER NOT NULL,
	started      INTEGER,
	ended        INTEGER,
	last         INTEGER NOT NULL DEFAULT 0  -- newest event's seq
) STRICT;
CREATE INDEX job_due ON job(due) WHERE state IN ('queued', 'running');
CREATE INDEX job_owner ON job(owner, created);

CREATE TABLE dependency (
	job   TEXT NOT NULL REFERENCES job(id),
	needs TEXT NOT NULL REFERENCES job(id),
	PRIMARY KEY (job, needs)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_needs ON dependency(needs);

CREATE TABLE event (
	job  TEXT NOT NULL REFERENCES job(id),
	seq  INTEGER NOT NULL,
	body BLOB NOT NULL, -- JSON of wire.Event
	UNIQUE (job, seq)
) STRICT;

CREATE TABLE checkpoint (
	job  TEXT PRIMARY KEY REFERENCES job(id),
	blob BLOB NOT NULL
) STRICT;
