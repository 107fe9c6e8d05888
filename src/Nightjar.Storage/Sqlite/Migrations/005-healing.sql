-- Actions of healing; written before they are done.
CREATE TABLE heals (
    incident     INTEGER NOT NULL,
    key          TEXT NOT NULL,
    service      TEXT NOT NULL,
    playbook     TEXT NOT NULL,
    action       TEXT NOT NULL,
    workload     TEXT,
    at           INTEGER NOT NULL,
    "end"        TEXT NOT NULL,
    ended_at     INTEGER,
    is_escalated INTEGER NOT NULL DEFAULT 0 CHECK (is_escalated IN (0, 1)),
    PRIMARY KEY (incident, key)
) WITHOUT ROWID;
CREATE INDEX heals_at ON heals (at);
CREATE INDEX heals_service ON heals (service);

-- Counts of the alert types, for each service.
CREATE TABLE alert_tallies (
    service TEXT NOT NULL,
    type    TEXT NOT NULL,
    record  TEXT NOT NULL,
    PRIMARY KEY (service, type)
) WITHOUT ROWID;

-- Investigations that were begun, for the hour's limit.
CREATE TABLE agent_runs (
    incident INTEGER NOT NULL,
    key      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (incident, key)
) WITHOUT ROWID;
CREATE INDEX agent_runs_at ON agent_runs (at);
