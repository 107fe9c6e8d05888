-- Moments are .NET ticks in UTC: exact, and they sort.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The record is the truth; the columns beside it are what is searched by.
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    version INTEGER NOT NULL,
    next_due INTEGER,
    opened_at INTEGER NOT NULL,
    ended_at INTEGER,
    record TEXT NOT NULL
);
CREATE INDEX incidents_by_service ON incidents (service, id);
CREATE INDEX incidents_open ON incidents (id) WHERE is_open = 1;
CREATE INDEX incidents_due ON incidents (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE fingerprints (
    hash TEXT NOT NULL,
    incident INTEGER NOT NULL REFERENCES incidents (id),
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (hash, incident)
) WITHOUT ROWID;
CREATE INDEX fingerprints_by_incident ON fingerprints (incident);
-- One problem, one incident: not even a defect can open a second one.
CREATE UNIQUE INDEX fingerprints_open_once ON fingerprints (hash) WHERE is_open = 1;

CREATE TABLE folds (
    incident INTEGER NOT NULL REFERENCES incidents (id),
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    samples TEXT NOT NULL,
    PRIMARY KEY (incident, hash)
) WITHOUT ROWID;

CREATE TABLE inbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    incident INTEGER NOT NULL REFERENCES incidents (id),
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX inbox_by_incident ON inbox (incident, sequence);

CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    incident INTEGER REFERENCES incidents (id),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    step TEXT NOT NULL,
    key TEXT,
    why TEXT NOT NULL,
    data TEXT,
    cost_usd TEXT NOT NULL
);
CREATE INDEX journal_by_incident ON journal (incident, sequence);
CREATE INDEX journal_by_key ON journal (key, sequence) WHERE key IS NOT NULL;
CREATE INDEX journal_by_time ON journal (at);

-- Append-only, whoever holds the file open. Retention alone may delete: it writes its bound into the settings, deletes what
-- is older, and takes the bound out again, all in one transaction.
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_is_never_replaced BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
WHEN OLD.at >= COALESCE((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'journal.kept-since'), 0)
    OR EXISTS (SELECT 1 FROM incidents WHERE id = OLD.incident AND is_open = 1)
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TABLE cool_downs (
    hash TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    why TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE held_back (
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    subject TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (hash, reason)
) WITHOUT ROWID;
CREATE INDEX held_back_by_time ON held_back (last_seen);

CREATE TABLE silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT,
    hash TEXT,
    until INTEGER NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX silences_by_end ON silences (until);

CREATE TABLE rates (
    service TEXT NOT NULL,
    start INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    total INTEGER NOT NULL,
    counts_lines INTEGER NOT NULL CHECK (counts_lines IN (0, 1)),
    PRIMARY KEY (service, start)
) WITHOUT ROWID;
CREATE INDEX rates_by_time ON rates (start);

CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    record TEXT NOT NULL
);

CREATE TABLE request_comments (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES requests (number),
    key TEXT NOT NULL,
    author TEXT NOT NULL,
    markdown TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (number, key)
);

CREATE TABLE evidence (
    incident INTEGER NOT NULL REFERENCES incidents (id),
    part INTEGER NOT NULL,
    bundle TEXT NOT NULL,
    PRIMARY KEY (incident, part)
);

CREATE TABLE marks (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- in_file: whether the line is known to be in incidents.jsonl.
CREATE TABLE memory (
    incident INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    service TEXT NOT NULL,
    at INTEGER NOT NULL,
    line TEXT NOT NULL,
    in_file INTEGER NOT NULL CHECK (in_file IN (0, 1))
);
CREATE INDEX memory_by_hash ON memory (hash, at);
CREATE INDEX memory_by_service ON memory (service, at);
CREATE INDEX memory_unwritten ON memory (incident) WHERE in_file = 0;

CREATE TABLE links (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
