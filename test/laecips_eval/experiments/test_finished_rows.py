from pathlib import Path

from laecips_eval.experiments.finished_rows import append_row, read_rows


def test_rows_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "made" / "rows.jsonl"
    assert read_rows(path) == []
    rows = [{"seed": 1, "miou": [0.5, None]}, {"seed": 2}]
    for row in rows:
        append_row(path, row)
    assert read_rows(path) == rows
