-- Money of agents, in billionths of a US dollar. amount is what was reserved until it is settled, then what it came to.
CREATE TABLE spend (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    run         TEXT NOT NULL,
    incident    INTEGER,
    service     TEXT NOT NULL,
    model       TEXT NOT NULL,
    reserved    INTEGER NOT NULL,
    amount      INTEGER NOT NULL,
    settled     INTEGER NOT NULL DEFAULT 0,
    input       INTEGER NOT NULL DEFAULT 0,
    output      INTEGER NOT NULL DEFAULT 0,
    cache_write INTEGER NOT NULL DEFAULT 0,
    cache_read  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX spend_run ON spend (run);
CREATE INDEX spend_incident ON spend (incident) WHERE incident IS NOT NULL;
CREATE INDEX spend_day ON spend (day, service);
