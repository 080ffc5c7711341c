"""The tables of a recording, as steps that are applied once each.

Everything that shapes the database lives here, in plain SQL. Law: a step that was released is never changed; what
changes is a new step.
"""

from sqlite3 import complete_statement

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from shim.store.words import WORDS

migrations = Migrations("shim")


def _run(db: Database, script: str) -> None:
    """Run statements one by one: `executescript` would commit the transaction that makes a step whole."""
    statement = ""
    for line in script.splitlines():
        statement += f"{line}\n"
        if complete_statement(statement):
            db.conn.execute(statement)
            statement = ""


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


@migrations()
def tallies(db: Database) -> None:
    """What reports ask for, counted as rows come and go: by trigger, so that every writer and every purge counts."""
    _run(
        db,
        """
        ALTER TABLE exchanges ADD COLUMN first REAL;   -- seconds to the answer's first byte; NULL: it had none
        ALTER TABLE exchanges ADD COLUMN fault TEXT NOT NULL DEFAULT ''; -- see shim/faults.py
        -- Of the newest verdict that sets native beside the legacy: subject native where the legacy answered, reverse
        -- where native did.
        ALTER TABLE exchanges ADD COLUMN judged_build TEXT NOT NULL DEFAULT '';
        ALTER TABLE exchanges ADD COLUMN judged_level TEXT NOT NULL DEFAULT ''; -- empty: there is none
        ALTER TABLE exchanges ADD COLUMN judged_at REAL;
        ALTER TABLE sessions ADD COLUMN found INTEGER NOT NULL DEFAULT 0; -- its exchanges that are in the database
        -- Each live exchange is in one of these two, so that a new one costs one entry.
        CREATE INDEX exchanges_waiting ON exchanges(endpoint, mode) WHERE run IS NULL AND judged_level = '';
        CREATE INDEX exchanges_judged ON exchanges(endpoint, mode) WHERE run IS NULL AND judged_level <> '';
        CREATE INDEX exchanges_at_fault ON exchanges(endpoint) WHERE run IS NULL AND fault <> '';
        DROP INDEX verdicts_by_exchange;
        CREATE INDEX verdicts_by_exchange ON verdicts(exchange, subject);
        CREATE TABLE tallies (
            -- Live exchanges.
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL,
            stream INTEGER NOT NULL,
            mode TEXT NOT NULL,
            fault TEXT NOT NULL,
            unjudgeable TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (endpoint, provider, stream, mode, fault, unjudgeable)
        ) WITHOUT ROWID;
        CREATE TABLE verdict_tallies (
            -- Of each live exchange and subject the newest verdict.
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL,
            stream INTEGER NOT NULL,
            mode TEXT NOT NULL,
            subject TEXT NOT NULL,
            build TEXT NOT NULL,
            level TEXT NOT NULL,
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (endpoint, provider, stream, mode, subject, build, level, reason)
        ) WITHOUT ROWID;
        CREATE TRIGGER exchange_counted AFTER INSERT ON exchanges WHEN NEW.run IS NULL
        BEGIN
            INSERT INTO tallies
                VALUES (NEW.endpoint, NEW.provider, NEW.stream, NEW.mode, NEW.fault, NEW.unjudgeable, 1)
                ON CONFLICT DO UPDATE SET count = count + 1;
            UPDATE sessions SET found = found + 1 WHERE id = NEW.session;
        END;
        CREATE TRIGGER exchange_discounted AFTER DELETE ON exchanges WHEN OLD.run IS NULL
        BEGIN
            UPDATE tallies SET count = count - 1 WHERE endpoint = OLD.endpoint AND provider = OLD.provider
                AND stream = OLD.stream AND mode = OLD.mode AND fault = OLD.fault AND unjudgeable = OLD.unjudgeable;
            DELETE FROM tallies WHERE endpoint = OLD.endpoint AND count = 0;
            UPDATE sessions SET found = found - 1 WHERE id = OLD.session;
        END;
        CREATE VIEW placed_verdicts AS
            SELECT v.id, v.exchange, e.endpoint, e.provider, e.stream, e.mode, v.subject, v.build, v.level, v.reason
            FROM verdicts v JOIN exchanges e ON e.id = v.exchange WHERE e.run IS NULL;
        CREATE TRIGGER verdict_counted AFTER INSERT ON verdicts
        BEGIN
            UPDATE verdict_tallies SET count = count - 1
                WHERE (endpoint, provider, stream, mode, subject, build, level, reason) = (
                    SELECT endpoint, provider, stream, mode, subject, build, level, reason FROM placed_verdicts
                    WHERE id = (SELECT max(id) FROM verdicts
                        WHERE exchange = NEW.exchange AND subject = NEW.subject AND id < NEW.id));
            INSERT INTO verdict_tallies
                SELECT endpoint, provider, stream, mode, subject, build, level, reason, 1 FROM placed_verdicts
                WHERE id = NEW.id
                ON CONFLICT DO UPDATE SET count = count + 1;
            DELETE FROM verdict_tallies
                WHERE endpoint = (SELECT endpoint FROM exchanges WHERE id = NEW.exchange) AND count = 0;
            UPDATE exchanges SET judged_build = NEW.build, judged_level = NEW.level, judged_at = NEW.judged
                WHERE id = NEW.exchange AND NEW.subject IN ('native', 'reverse');
        END;
        CREATE TRIGGER verdict_discounted BEFORE DELETE ON verdicts
        WHEN OLD.id = (SELECT max(id) FROM verdicts WHERE exchange = OLD.exchange AND subject = OLD.subject)
        BEGIN
            UPDATE verdict_tallies SET count = count - 1
                WHERE (endpoint, provider, stream, mode, subject, build, level, reason) = (
                    SELECT endpoint, provider, stream, mode, subject, build, level, reason FROM placed_verdicts
                    WHERE id = OLD.id);
            INSERT INTO verdict_tallies
                SELECT endpoint, provider, stream, mode, subject, build, level, reason, 1 FROM placed_verdicts
                WHERE id = (SELECT max(id) FROM verdicts
                    WHERE exchange = OLD.exchange AND subject = OLD.subject AND id < OLD.id)
                ON CONFLICT DO UPDATE SET count = count + 1;
            DELETE FROM verdict_tallies
                WHERE endpoint = (SELECT endpoint FROM exchanges WHERE id = OLD.exchange) AND count = 0;
            UPDATE exchanges SET (judged_build, judged_level, judged_at) = (
                    SELECT coalesce(max(v.build), ''), coalesce(max(v.level), ''), max(v.judged) FROM verdicts v
                    WHERE v.id = (SELECT max(id) FROM verdicts
                        WHERE exchange = OLD.exchange AND subject IN ('native', 'reverse') AND id <> OLD.id))
                WHERE id = OLD.exchange AND OLD.subject IN ('native', 'reverse');
        END;
        -- What was recorded before there were tallies.
        UPDATE exchanges SET first = (SELECT json_extract(times, '$[0]') / 1e6 FROM interactions
            WHERE exchange = exchanges.id AND side = 'client' AND times IS NOT NULL);
        UPDATE exchanges SET fault = CASE WHEN fallback LIKE 'native cannot be reached%' THEN 'crash'
            WHEN fallback LIKE 'native failed%' THEN 'failed' ELSE '' END WHERE fallback <> '';
        UPDATE sessions SET found = (SELECT count(*) FROM exchanges WHERE session = sessions.id);
        INSERT INTO tallies SELECT endpoint, provider, stream, mode, fault, unjudgeable, count(*) FROM exchanges
            WHERE run IS NULL GROUP BY 1, 2, 3, 4, 5, 6;
        INSERT INTO verdict_tallies
            SELECT endpoint, provider, stream, mode, subject, build, level, reason, count(*) FROM placed_verdicts
            WHERE id IN (SELECT max(id) FROM verdicts GROUP BY exchange, subject) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
        UPDATE exchanges SET (judged_build, judged_level, judged_at) = (
                SELECT v.build, v.level, v.judged FROM verdicts v WHERE v.id = (SELECT max(id) FROM verdicts
                    WHERE exchange = exchanges.id AND subject IN ('native', 'reverse')))
            WHERE id IN (SELECT exchange FROM verdicts WHERE subject IN ('native', 'reverse'));
        """,
    )


@migrations()
def holds(db: Database) -> None:
    """Flags that were rolled back and stay where they are."""
    _run(
        db,
        """
        CREATE TABLE holds (
            endpoint TEXT NOT NULL,
            provider TEXT NOT NULL DEFAULT '',
            stream TEXT NOT NULL DEFAULT '',
            model TEXT NOT NULL DEFAULT '',
            value TEXT NOT NULL,           -- what the flag was put down to
            why TEXT NOT NULL,
            at REAL NOT NULL,              -- seconds since 1970
            build TEXT NOT NULL,           -- of native; with another the hold is over
            PRIMARY KEY (endpoint, provider, stream, model)
        );
        """,
    )


@migrations()
def findings(db: Database) -> None:
    """What is not clean, and what someone decided to live with, found without looking at all that is."""
    _run(
        db,
        """
        CREATE INDEX verdicts_different ON verdicts(subject) WHERE level = 'different';
        CREATE INDEX verdicts_accepted ON verdicts(subject) WHERE level = 'accepted';
        """,
    )


@migrations()
def cutovers(db: Database) -> None:
    """Where the cut-over stands, and what was waived for it."""
    _run(
        db,
        """
        CREATE TABLE cutover (
            -- Each step; the last one says where it stands.
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            phase TEXT NOT NULL,           -- open | ordered | taken | sealed | undoing
            event TEXT NOT NULL,
            who TEXT NOT NULL,
            at REAL NOT NULL,              -- seconds since 1970
            why TEXT NOT NULL,
            flags TEXT                     -- of an order, JSON: the flags that held before
        );
        CREATE TABLE waivers (
            -- Obstacles that somebody decided to pass over.
            name TEXT PRIMARY KEY,         -- of an obstacle, or a pattern of names
            who TEXT NOT NULL,
            at REAL NOT NULL,
            why TEXT NOT NULL
        );
        """,
    )


@migrations()
def states_left(db: Database) -> None:
    """What management changed: the state that an exchange left, beside the one it began in."""
    _run(db, "ALTER TABLE exchanges ADD COLUMN after_state INTEGER REFERENCES snapshots(id);")


@migrations()
def builds(db: Database) -> None:
    """What is known of builds of native, so that whoever reports need not load native to say it."""
    _run(
        db,
        """
        CREATE TABLE builds (
            build TEXT PRIMARY KEY,
            handled TEXT NOT NULL          -- JSON: ids of the endpoints that it has handlers for
        );
        """,
    )
