"""Where a teacher's class table is, and how a new one takes its place."""

from __future__ import annotations

from pathlib import Path

from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.semantic_network import TABLE
from laecips_edge.core.atomic_files import whole_file


def write_table(teacher: Path, table: ClassTable) -> None:
    """Writes a teacher's class table anew, whole or not at all.

    Args:
        teacher: folder with network and table, or the network's file, whose table lies beside it.
        table: what it says from now on.

    Raises:
        OSError: it cannot be written.
    """
    path = teacher / TABLE if teacher.is_dir() else teacher.with_suffix(".yaml")
    with whole_file(path) as file:
        file.write(table.to_yaml())
