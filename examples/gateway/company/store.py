"""gateway's database: one table of JSON documents for each kind, a few indexes, and nothing that could not be a folder of files."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

KINDS = (
    "members", "devices", "verifications", "listings", "copies", "deals", "archive", "browse_log", "services", "grants", "dumps",
    "cancellations", "switches", "permits", "requests",
)  # fmt: skip
INDEXES = {
    "members": "account", "devices": "member", "verifications": "member", "listings": "seller", "copies": "listing",
    "deals": "buyer", "archive": "member", "browse_log": "member", "cancellations": "member", "switches": "name",
    "permits": "member", "requests": "number",
}  # fmt: skip
"""By which word of its documents a kind is looked through."""
HELD = {
    **{(kind, "words"): "words_of(document)" for kind in ("members", "devices", "listings", "deals", "archive", "browse_log")},
    ("copies", "region"): "document->>'region'", ("permits", "permission"): "document->>'permission'",
}  # fmt: skip
"""What is indexed so that whoever wants to know what there is, however many documents there are, steps from one value to the next."""
WORDS = """
CREATE OR REPLACE FUNCTION words_of(document jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(string_agg(word, ',' ORDER BY word), '') FROM jsonb_object_keys(document) word $$;
CREATE INDEX IF NOT EXISTS members_member ON members ((document->>'member'));
CREATE INDEX IF NOT EXISTS verifications_template ON verifications (id) WHERE jsonb_exists(document, 'face_template');
CREATE INDEX IF NOT EXISTS grants_open ON grants ((document->>'service')) WHERE document->>'revoked_at' IS NULL;
"""
STEPS = """
(WITH RECURSIVE one AS (
  (SELECT {value} AS value, id FROM {kind} ORDER BY 1, 2 LIMIT 1) UNION ALL
  SELECT next.value, next.id FROM one,
  LATERAL (SELECT {value} AS value, id FROM {kind} WHERE {value} > one.value ORDER BY 1, 2 LIMIT 1) next
) SELECT '{kind}' AS kind, '{word}' AS word, value, id FROM one)
"""
GONE = """
CREATE OR REPLACE FUNCTION note_who_is_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO cancellations (document) SELECT jsonb_build_object('member', OLD.document->>'member', 'closed_at', now())
  WHERE NOT EXISTS (SELECT 1 FROM cancellations WHERE document->>'member' = OLD.document->>'member');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER members_gone AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION note_who_is_gone();
"""
"""Whoever takes a member away, their number stays in the same step, to tell that nobody may come back by it."""
MOST_FREE = 8
"""So many connections are kept open while nobody uses them."""
Document = dict[str, Any]
Connection = psycopg.Connection[dict[str, Any]]


class Store:
    """Documents by kind and number. Threads may share it; each call is one transaction, on a connection that nobody else has meanwhile."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn.replace("postgresql+psycopg://", "postgresql://")
        self._free: deque[Connection] = deque()
        with self.open() as at:
            for kind in KINDS:
                at.execute(
                    sql.SQL(
                        "CREATE TABLE IF NOT EXISTS {} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document jsonb NOT NULL)"
                    ).format(sql.Identifier(kind))
                )
            for kind, word in INDEXES.items():
                at.execute(
                    sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ((document->>{}))").format(
                        sql.Identifier(f"{kind}_{word}"), sql.Identifier(kind), sql.Literal(word)
                    )
                )
            at.execute(WORDS + GONE)
            for (kind, word), value in HELD.items():
                at.execute(f"CREATE INDEX IF NOT EXISTS {kind}_{word} ON {kind} (({value}), id)")
            steps = (STEPS.format(kind=kind, word=word, value=value) for (kind, word), value in HELD.items())
            at.execute(f"CREATE OR REPLACE VIEW held AS {'UNION ALL'.join(steps)}")

    @contextmanager
    def open(self) -> Iterator[Connection]:
        """A transaction: committed at the end, undone by an error."""
        at = self._kept() or psycopg.connect(self._dsn, row_factory=dict_row, autocommit=True)
        try:
            with at.transaction():
                yield at
        finally:
            if at.closed or len(self._free) >= MOST_FREE:
                at.close()
            else:
                self._free.append(at)

    def close(self) -> None:
        """Let go of every connection that nobody uses."""
        while self._free:
            self._free.pop().close()

    def _kept(self) -> Connection | None:
        """A connection that is free and still leads somewhere."""
        while True:
            try:
                at = self._free.pop()
                at.execute("SELECT 1")
                return at
            except IndexError:
                return None
            except psycopg.OperationalError:
                at.close()  # the server went meanwhile, and may be back

    def put(self, kind: str, **document: object) -> int:
        """Add a document; its number."""
        with self.open() as at:
            row = at.execute(
                sql.SQL("INSERT INTO {} (document) VALUES (%s) RETURNING id").format(sql.Identifier(kind)),
                [Jsonb(document)],
            ).fetchone()
        assert row is not None
        return int(row["id"])

    def change(self, kind: str, id: int, *gone: str, **words: object) -> None:
        """Set some words of a document, and let others go, in one step."""
        with self.open() as at:
            at.execute(
                sql.SQL("UPDATE {} SET document = (document - %s::text[]) || %s WHERE id = %s").format(
                    sql.Identifier(kind)
                ),
                [list(gone), Jsonb(words), id],
            )

    def drop(self, kind: str, **words: object) -> list[Document]:
        """Take away every document that says these words; what was taken."""
        return self._all("DELETE FROM {} WHERE document @> %s RETURNING id, document", kind, words)

    def find(self, kind: str, **words: object) -> list[Document]:
        """Every document that says these words, oldest first, each with its `id`."""
        return self._all("SELECT id, document FROM {} WHERE document @> %s ORDER BY id", kind, words)

    def one(self, kind: str, **words: object) -> Document | None:
        """The first of them, if there is one."""
        return next(iter(self.find(kind, **words)), None)

    def get(self, kind: str, id: int) -> Document | None:
        """The document of that number."""
        with self.open() as at:
            query = sql.SQL("SELECT id, document FROM {} WHERE id = %s").format(sql.Identifier(kind))
            row = at.execute(query, [id]).fetchone()
        return {"id": row["id"], **row["document"]} if row else None

    def mine(self, kind: str, who: object) -> list[Document]:
        """What is held of somebody, by the index of the kind."""
        query = f"SELECT id, document FROM {{}} WHERE document->>'{INDEXES[kind]}' = %s ORDER BY id"  # noqa: S608 - our own word
        return self._all(query, kind, str(who))

    def _all(self, query: str, kind: str, said: object) -> list[Document]:
        with self.open() as at:
            made = sql.SQL(query).format(sql.Identifier(kind))
            found = at.execute(made, [Jsonb(said) if isinstance(said, dict) else said]).fetchall()
        return [{"id": row["id"], **row["document"]} for row in found]
