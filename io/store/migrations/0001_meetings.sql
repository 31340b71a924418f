-- SPDX-License-Identifier: MIT OR Apache-2.0
CREATE TABLE meetings (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    mode       TEXT    NOT NULL CHECK (mode IN ('e2ee', 'standard')),
    host_key   BLOB             CHECK (host_key IS NULL OR length(host_key) = 32),
    admission_key BLOB          CHECK (admission_key IS NULL OR length(admission_key) = 32),
    created_at INTEGER NOT NULL, -- seconds since 1970
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;

-- What a live meeting needs after a restart of the server. No row: nobody ever was in it.
CREATE TABLE live_meetings (
    id          BLOB    NOT NULL PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
    is_occupied INTEGER NOT NULL CHECK (is_occupied IN (0, 1)), -- somebody is in it, or expected back
    state       BLOB    NOT NULL
) STRICT;

CREATE INDEX occupied_meetings ON live_meetings (id) WHERE is_occupied = 1;

-- Secrets of this installation, made once.
CREATE TABLE instance_secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT, WITHOUT ROWID;
