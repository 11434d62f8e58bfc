"""The tables of the replay buffer's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SCHEMA_VERSION: Final = 3
"""Stored in the file; raised with each change of the tables. Version 2 added human_label_map,
version 3 held_out and label_task; a reader takes an older file as it is, a writer upgrades it."""

_APPLICATION_ID: Final = 0x4C414543  # "LAEC": distinguishes the file from other SQLite databases

_COUNT_CHANGE: Final = """
    CREATE TRIGGER count_change AFTER UPDATE OF size ON frames BEGIN
        UPDATE totals SET bytes = bytes + new.size - old.size;
    END
    """

# The trainer counts people's label maps once a second: without an index it would read every row.
_LABEL_INDEXES: Final = (
    "CREATE INDEX frames_labelled ON frames (held_out) WHERE length(human_label_map) > 0",
    "CREATE INDEX frames_tasks ON frames (label_task) WHERE length(label_task) > 0",
)

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
        human_label_map BLOB NOT NULL DEFAULT x'',
        held_out INTEGER NOT NULL DEFAULT 0,
        label_task TEXT NOT NULL DEFAULT ''
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
    *_LABEL_INDEXES,
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


_UPGRADES: Final = {
    1: ("ALTER TABLE frames ADD COLUMN human_label_map BLOB NOT NULL DEFAULT x''", _COUNT_CHANGE),
    2: (
        "ALTER TABLE frames ADD COLUMN held_out INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE frames ADD COLUMN label_task TEXT NOT NULL DEFAULT ''",
        *_LABEL_INDEXES,
    ),
}
"""Version -> statements that make the next one of it."""

_ABSENT: Final = {1: {"human_label_map": "x''"}, 2: {"held_out": "0", "label_task": "''"}}
"""Version -> columns that it and earlier ones lack, and what stands for them."""


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


def absent_columns(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the columns that a file of an older schema lacks, each with the SQL of its default."""
    version = _pragma(connection, "user_version")
    return {
        name: default
        for last, columns in _ABSENT.items()
        if version <= last
        for name, default in columns.items()
    }


def upgrade_tables(connection: sqlite3.Connection) -> None:
    """Upgrade a file of an older schema, inside the caller's transaction."""
    for version in range(_pragma(connection, "user_version"), SCHEMA_VERSION):
        for statement in _UPGRADES[version]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
