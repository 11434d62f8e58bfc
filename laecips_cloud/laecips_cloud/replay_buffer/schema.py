"""The tables of the replay buffer's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SCHEMA_VERSION: Final = 2
"""Stored in the file; raised with each change of the tables. Version 2 added human_label_map; a
reader takes a file of version 1 as it is, and a writer upgrades it."""

_APPLICATION_ID: Final = 0x4C414543  # "LAEC": distinguishes the file from other SQLite databases

_COUNT_CHANGE: Final = """
    CREATE TRIGGER count_change AFTER UPDATE OF size ON frames BEGIN
        UPDATE totals SET bytes = bytes + new.size - old.size;
    END
    """

# AUTOINCREMENT never uses a number twice, so that the order of numbers is the order of arrival,
# independent of clocks. Triggers keep the totals: counting would read the whole table.
_STATEMENTS: Final = (
    """
    CREATE TABLE frames (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        size INTEGER NOT NULL,
        request_id TEXT NOT NULL UNIQUE,
        robot TEXT NOT NULL,
        stamp_ns INTEGER NOT NULL,
        received_ns INTEGER NOT NULL,
        bundle_version INTEGER NOT NULL,
        why TEXT NOT NULL CHECK (why IN ('hard', 'audit')),
        trust REAL NOT NULL,
        picture BLOB NOT NULL,
        depth BLOB NOT NULL,
        label_map BLOB NOT NULL,
        confidence_map BLOB NOT NULL,
        human_label_map BLOB NOT NULL DEFAULT x''
    )
    """,
    "CREATE TABLE classes (label INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE INDEX frames_received ON frames (received_ns)",
    "CREATE TABLE totals (frames INTEGER NOT NULL, bytes INTEGER NOT NULL)",
    "INSERT INTO totals VALUES (0, 0)",
    """
    CREATE TRIGGER count_in AFTER INSERT ON frames BEGIN
        UPDATE totals SET frames = frames + 1, bytes = bytes + new.size;
    END
    """,
    """
    CREATE TRIGGER count_out AFTER DELETE ON frames BEGIN
        UPDATE totals SET frames = frames - 1, bytes = bytes - old.size;
    END
    """,
    _COUNT_CHANGE,
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


_UPGRADE: Final = (
    "ALTER TABLE frames ADD COLUMN human_label_map BLOB NOT NULL DEFAULT x''",
    _COUNT_CHANGE,
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class ReplayBufferError(ValueError):
    """The buffer cannot be opened, read or written; the message names file and remedy."""


def is_empty(connection: sqlite3.Connection) -> bool:
    """Return whether the file has no tables, as a new one."""
    return _pragma(connection, "schema_version") == 0


def create_tables(connection: sqlite3.Connection, classes: Sequence[str]) -> None:
    """Make the tables in an empty file, inside the caller's transaction.

    Args:
        connection: connection to the file.
        classes: names of the classes, in the order of the labels.
    """
    for statement in _STATEMENTS:
        connection.execute(statement)
    connection.executemany("INSERT INTO classes VALUES (?, ?)", enumerate(classes))


def read_classes(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of the classes, in the order of the labels."""
    rows = connection.execute("SELECT name FROM classes ORDER BY label").fetchall()
    return tuple(name for (name,) in rows)


def check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Check that the file is a replay buffer of a known schema.

    Raises:
        ReplayBufferError: it is not.
    """
    if _pragma(connection, "application_id") != _APPLICATION_ID:
        raise ReplayBufferError(
            f"{path}: an SQLite database, but not a replay buffer; give another path"
        )
    version = _pragma(connection, "user_version")
    if not 1 <= version <= SCHEMA_VERSION:
        raise ReplayBufferError(
            f"{path}: has schema {version}, this version reads up to {SCHEMA_VERSION}; "
            "update the cloud or give another path"
        )


def has_human_labels(connection: sqlite3.Connection) -> bool:
    """Return whether the file has the column human_label_map; one of schema 1 has not."""
    return _pragma(connection, "user_version") >= 2


def upgrade_tables(connection: sqlite3.Connection) -> None:
    """Upgrade a file of schema 1, inside the caller's transaction; takes constant time."""
    if not has_human_labels(connection):
        for statement in _UPGRADE:
            connection.execute(statement)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
