"""`laecips masks` writes the whole page, and says what it left out."""

from pathlib import Path

import pytest

from laecips_edge import cli

CAMVID = Path(__file__).parents[3] / "camvid-is-not-part-of-the-project"


@pytest.mark.slow
def test_the_page_has_a_row_for_each_setting(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "masks.md"
    assert cli.main(["masks", "--frames", "1", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| sigma")]
    assert len(rows) == 6
    assert all(line.count("|") == 8 for line in rows)
    assert "Left out: it is not part of the project" in text


def test_pictures_of_ones_own_get_a_section(camvid: Path, tmp_path: Path) -> None:
    (camvid / "splits.yaml").unlink()
    page = tmp_path / "masks.md"
    assert cli.main(["masks", "--frames", "1", "--folder", str(camvid), "-o", str(page)]) == 0
    _, own = page.read_text(encoding="utf-8").split("## camvid, what is learnt from\n1 frames.\n")
    assert len([line for line in own.splitlines() if line.startswith("| sigma")]) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--frames", "0"], "--frames must be at least 1, got 0"),
        (["--frames", "1", "--camvid", str(CAMVID)], f"{CAMVID}: no such folder"),
        (["--frames", "1", "--folder", str(CAMVID)], f"{CAMVID}: no such folder"),
        (["--bundle", "/nowhere"], "/nowhere/manifest.json: cannot be read"),
    ],
)
def test_what_cannot_be(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    page = tmp_path / "masks.md"
    assert cli.main(["masks", *arguments, "-o", str(page)]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == "", "something was measured before it failed"
    assert not page.exists()
