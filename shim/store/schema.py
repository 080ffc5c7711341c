"""The tables of a recording, as steps that are applied once each.

Everything that shapes the database lives here, in plain SQL. Law: a step that was released is never changed; what
changes is a new step.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shim.store.words import WORDS

migrations = Migrations("shim")


def _run(db: Database, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction that makes a step whole."""
    for statement in script.split(";\n"):
        db.conn.execute(statement)


@migrations()
def recordings(db: Database) -> None:
    """Exchanges of four sides, the bodies they are made of, and the state they happened in."""
    _run(
        db,
        """
        CREATE TABLE dictionaries (
            -- What short texts are compressed against: header lists, small bodies.
            id INTEGER PRIMARY KEY,
            words BLOB NOT NULL
        );
        CREATE TABLE bodies (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE,     -- BLAKE2b, 16 bytes, of the whole body
            size INTEGER NOT NULL,         -- of the whole body
            codec TEXT NOT NULL,           -- raw | zstd | words | delta | splice | head
            base INTEGER REFERENCES bodies(id), -- delta, splice: the body it is told against; words: the dictionary
            depth INTEGER NOT NULL,        -- how many deltas to undo
            data BLOB NOT NULL             -- head: the body was over the limit, this is its beginning
        );
        CREATE INDEX bodies_by_base ON bodies(base) WHERE codec IN ('delta', 'splice');
        CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            taken REAL NOT NULL,           -- seconds since 1970
            config TEXT NOT NULL,          -- JSON, redacted
            auth_files TEXT NOT NULL       -- JSON by file name, redacted
        );
        CREATE TABLE sessions (
            -- A life of the recorder, and what became of the exchanges it saw.
            id INTEGER PRIMARY KEY,
            began REAL NOT NULL,
            ended REAL,                    -- NULL: still running, or it was killed
            seen INTEGER NOT NULL DEFAULT 0,
            recorded INTEGER NOT NULL DEFAULT 0,
            open INTEGER NOT NULL DEFAULT 0,
            dropped TEXT NOT NULL DEFAULT '{}', -- JSON: count by reason
            calls INTEGER NOT NULL DEFAULT 0,
            refused_calls INTEGER NOT NULL DEFAULT 0,
            strays INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE cases (
            -- Recorded behaviours that came from a corpus file.
            id INTEGER PRIMARY KEY,
            family TEXT NOT NULL,
            name TEXT NOT NULL,
            legacy TEXT NOT NULL,
            about TEXT NOT NULL,
            extra TEXT NOT NULL,           -- JSON
            snapshot INTEGER NOT NULL REFERENCES snapshots(id),
            UNIQUE (family, name)
        );
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            kase INTEGER NOT NULL REFERENCES cases(id),
            position INTEGER NOT NULL,
            state_after TEXT               -- JSON
        );
        CREATE INDEX runs_by_case ON runs(kase);
        CREATE TABLE exchanges (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session INTEGER REFERENCES sessions(id),
            run INTEGER REFERENCES runs(id), -- NULL: live
            position INTEGER NOT NULL DEFAULT 0,
            began REAL NOT NULL,           -- seconds since 1970
            took REAL NOT NULL,            -- seconds
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            stream INTEGER NOT NULL,
            mode TEXT NOT NULL,            -- who answered: legacy | native | canary
            fallback TEXT NOT NULL,        -- why the legacy did though native was to
            unjudgeable TEXT NOT NULL,     -- why it is no evidence, or empty
            snapshot INTEGER REFERENCES snapshots(id),
            pause REAL NOT NULL DEFAULT 0,
            after REAL NOT NULL DEFAULT 0
        );
        CREATE INDEX exchanges_by_time ON exchanges(began);
        CREATE INDEX exchanges_by_run ON exchanges(run) WHERE run IS NOT NULL;
        CREATE TABLE interactions (
            id INTEGER PRIMARY KEY,
            exchange INTEGER REFERENCES exchanges(id), -- NULL: belongs to none
            run INTEGER REFERENCES runs(id),           -- with no exchange: at the start of this run
            side TEXT NOT NULL,            -- client | upstream
            position INTEGER NOT NULL,     -- among those of its side
            began REAL NOT NULL,           -- seconds since 1970
            took REAL NOT NULL,
            method TEXT NOT NULL,
            url TEXT NOT NULL,
            request_headers BLOB NOT NULL, -- JSON pairs, zstd with dictionary 1
            request_body INTEGER REFERENCES bodies(id),
            frames TEXT,                   -- JSON: sizes of the client's WebSocket messages within request_body
            status INTEGER,                -- NULL: no answer
            response_headers BLOB,
            response_body INTEGER REFERENCES bodies(id),
            sizes TEXT,                    -- JSON: bytes of each chunk; NULL: one chunk or none
            times TEXT,                    -- JSON: microseconds from the one before to each chunk
            complete INTEGER,
            delay REAL NOT NULL DEFAULT 0
        );
        CREATE INDEX interactions_by_exchange ON interactions(exchange);
        CREATE INDEX interactions_by_request_body ON interactions(request_body);
        CREATE INDEX interactions_by_response_body ON interactions(response_body);
        """,
    )
    db.conn.execute("INSERT INTO dictionaries (id, words) VALUES (1, ?)", (WORDS,))


@migrations()
def judgements(db: Database) -> None:
    """What the judge found."""
    _run(
        db,
        """
        CREATE TABLE verdicts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            exchange INTEGER NOT NULL REFERENCES exchanges(id),
            subject TEXT NOT NULL,         -- who was judged: native | legacy
            build TEXT NOT NULL,           -- its version
            judged REAL NOT NULL,          -- seconds since 1970
            took REAL NOT NULL,
            level TEXT NOT NULL,
            sent TEXT NOT NULL,            -- verdict on what it sent upstream
            reason TEXT NOT NULL,          -- of an unjudged one
            detail TEXT NOT NULL,
            rules TEXT NOT NULL,           -- JSON: accepted rules that were used
            noise TEXT NOT NULL            -- JSON: paths forgiven
        );
        CREATE INDEX verdicts_by_exchange ON verdicts(exchange);
        CREATE TABLE differences (
            id INTEGER PRIMARY KEY,
            verdict INTEGER NOT NULL REFERENCES verdicts(id),
            path TEXT NOT NULL,
            side TEXT NOT NULL,
            kind TEXT NOT NULL,
            legacy TEXT,                   -- JSON; NULL: it has none
            native TEXT,
            note TEXT NOT NULL
        );
        CREATE INDEX differences_by_verdict ON differences(verdict);
        """,
    )


@migrations()
def flags(db: Database) -> None:
    """Who answers what, and how it came about. Empty narrowings mean any."""
    _run(
        db,
        """
        CREATE TABLE flags (
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL DEFAULT '',
            stream TEXT NOT NULL DEFAULT '', -- '' | yes | no
            model TEXT NOT NULL DEFAULT '',
            value TEXT NOT NULL,           -- legacy | shadow | canary N% | native
            who TEXT NOT NULL,
            at REAL NOT NULL,              -- seconds since 1970
            why TEXT NOT NULL,
            PRIMARY KEY (endpoint, provider, stream, model)
        );
        CREATE TABLE flag_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL,
            stream TEXT NOT NULL,
            model TEXT NOT NULL,
            before TEXT NOT NULL,
            value TEXT NOT NULL,
            who TEXT NOT NULL,
            at REAL NOT NULL,
            why TEXT NOT NULL
        );
        """,
    )
