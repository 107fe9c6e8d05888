-- Figures of containers, added up over slices of time: fine ones of five minutes for two days, coarse ones of an hour.
CREATE TABLE container_figures (
    container    TEXT NOT NULL,
    is_fine      INTEGER NOT NULL CHECK (is_fine IN (0, 1)),
    start        INTEGER NOT NULL,
    well         INTEGER NOT NULL,
    known        INTEGER NOT NULL,
    responses    INTEGER NOT NULL,
    response     INTEGER NOT NULL,
    cpus         INTEGER NOT NULL,
    cpu          REAL NOT NULL,
    memories     INTEGER NOT NULL,
    memory       INTEGER NOT NULL,
    most_memory  INTEGER NOT NULL,
    memory_limit INTEGER,
    restarts     INTEGER NOT NULL,
    bytes_in     INTEGER NOT NULL,
    bytes_out    INTEGER NOT NULL,
    bytes_read   INTEGER NOT NULL,
    bytes_written INTEGER NOT NULL,
    PRIMARY KEY (container, is_fine, start)
) WITHOUT ROWID;
CREATE INDEX container_figures_start ON container_figures (is_fine, start);
