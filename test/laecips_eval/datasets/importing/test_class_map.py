"""Which class a category becomes."""

import re
from pathlib import Path

import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_eval.datasets.importing.class_map import DROPPED, ClassMap


@pytest.mark.parametrize(
    ("categories", "background", "names", "label"),
    [
        (["dent", "dirt"], "background", ("background", "dent", "dirt"), 0),
        (["dent", "good"], "good", ("dent", "good"), 1),
        (["dent", "dirt"], "", ("dent", "dirt"), 255),
    ],
)
def test_each_category_a_class(
    categories: list[str], background: str, names: tuple[str, ...], label: int
) -> None:
    table = ClassMap.of_categories(categories, ["mist"], background=background)
    assert table.names == names
    assert table.background == label
    assert table.labels == {name: names.index(name) for name in categories} | {"mist": 255}


@pytest.mark.parametrize("count", [0, 255, 256])
def test_too_few_and_too_many(count: int) -> None:
    categories = [f"c{number}" for number in range(count)]
    if count == 255:
        assert len(ClassMap.of_categories(categories, [], background="").names) == 255
        count, categories = 256, [*categories]
        with pytest.raises(DatasetError, match="256 classes; there must be 1 to 255: join some by"):
            ClassMap.of_categories(categories, [], background="background")
        return
    with pytest.raises(DatasetError, match=f"{count} classes; there must be 1 to 255"):
        ClassMap.of_categories(categories, [], background="")


FILE = """
classes:
  plate: []
  scratch: [Scratch, kratzer]
  dent: [on]
void: [mist]
drop: [date stamp]
"""


@pytest.mark.parametrize(
    ("background", "names", "label"),
    [
        ("plate", ("plate", "scratch", "dent"), 0),
        ("rest", ("rest", "plate", "scratch", "dent"), 0),
        ("", ("plate", "scratch", "dent"), 255),
    ],
)
def test_a_file(background: str, names: tuple[str, ...], label: int, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(FILE)
    table = ClassMap.read(path, background=background)
    assert (table.names, table.background) == (names, label)
    scratch, dent = names.index("scratch"), names.index("dent")
    assert table.labels == {
        "Scratch": scratch,
        "kratzer": scratch,
        "on": dent,
        "mist": 255,
        "date stamp": DROPPED,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("classes: [a]", "has no mapping classes; write `classes: {NAME: [CATEGORY, ...], ...}`"),
        ("classes: {a: b}", "has no mapping classes"),
        ("void: [a]", "has no mapping classes"),
        ("classes: {a: [b]}\nvoid: c", "void and drop are lists of categories"),
        ("classes: {a: [b]}\ndrop: [[c]]", "void and drop are lists of categories"),
        ("classes: {a: [b], c: [b]}", "b is there twice; say once what it is"),
        ("classes: {a: [b]}\ndrop: [b]", "b is there twice"),
        ("classes: {a: [b]}\nignore: [c]", "ignore is not known; there are classes, void, drop"),
    ],
)
def test_files_that_are_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=re.escape(f"{path}: {message}")):
        ClassMap.read(path, background="")
