from pathlib import Path

import pytest
from laecips_bringup.own_pictures.record import Record


def test_what_was_done_is_known_again(tmp_path: Path) -> None:
    record = Record(tmp_path / "new")
    record.ask({"classes": "a,b", "quick": True})
    record.begin("train", "k1")
    assert Record(tmp_path / "new").is_begun("train", "k1")
    assert not Record(tmp_path / "new").is_done("train", "k1")
    record.finish("train", "k1")
    again = Record(tmp_path / "new")
    assert again.asked == {"classes": "a,b", "quick": True}
    assert again.is_done("train", "k1")
    assert not again.is_done("train", "k2")
    assert not again.is_begun("train", "k2")


def test_a_step_that_begins_again_is_not_done(tmp_path: Path) -> None:
    record = Record(tmp_path)
    record.begin("train", "k1")
    record.finish("train", "k1")
    record.begin("train", "k2")
    assert not Record(tmp_path).is_done("train", "k1")


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="there already, and not from laecips new"):
        Record(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"asked": 1, "begun": {}, "done": {}}', "[]"])
def test_a_broken_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "new.json").write_text(text)
    with pytest.raises(ValueError, match=r"new\.json: cannot be read .* take it away"):
        Record(tmp_path)
