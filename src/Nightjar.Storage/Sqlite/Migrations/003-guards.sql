-- Draft requests that were opened, for the hour's limit.
CREATE TABLE request_slots (
    incident   INTEGER NOT NULL,
    occurrence INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (incident, occurrence)
) WITHOUT ROWID;
CREATE INDEX request_slots_at ON request_slots (at);

-- Pages; the record is the truth, the columns beside it are what is searched by.
CREATE TABLE pages (
    key       TEXT PRIMARY KEY,
    incident  INTEGER,
    cause     TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    is_over   INTEGER NOT NULL CHECK (is_over IN (0, 1)),
    next_at   INTEGER,
    record    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX pages_due ON pages (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX pages_standing ON pages (incident, cause) WHERE is_over = 0;
