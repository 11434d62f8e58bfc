"""What classes.yaml says, and what masks become by it."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.class_file import FolderClasses, distinct_colours

RED, BLUE, GREY = [255, 0, 0], [0, 0, 255], [9, 9, 9]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "classes.yaml"


def read(path: Path, text: str) -> FolderClasses:
    path.write_text(text, encoding="utf-8")
    return FolderClasses.read(path)


def test_names_stay_as_they_are_written(path: Path) -> None:
    kinds = read(path, "classes: [on, 0016, null, 1.0]")
    assert kinds.names == ("on", "0016", "null", "1.0")
    assert kinds.palette == distinct_colours(4)


def test_no_two_of_the_colours_are_alike() -> None:
    colours = distinct_colours(255)
    assert len(set(colours)) == 255
    assert min(map(min, colours)) == 0
    assert max(map(max, colours)) <= 255


@pytest.mark.parametrize(
    ("text", "stored", "labels"),
    [
        ("classes: [a, b]", [0, 1, 255], [0, 1, 255]),
        ("classes: [a, b]\nignore_index: 11", [0, 11, 255], [0, 255, 255]),
        ("classes: [a, b]\nignore_index: [2, 3]", [1, 2, 3], [1, 255, 255]),
        ("classes: [a, b]\nvalues: [0, 255]", [0, 255], [0, 1]),
        ("classes: [a, b]\nvalues: [255, 0]", [0, 255], [1, 0]),
        ("classes: [a, b]\nvalues: [[1, 2], 7]\nignore_index: 0", [0, 1, 2, 7], [255, 0, 0, 1]),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_values_become_labels(
    text: str, stored: list[int], labels: list[int], dtype: type, path: Path
) -> None:
    found = read(path, text).labels_of(np.array([stored], dtype))
    assert found.dtype == np.uint8
    assert found.tolist() == [labels]


def test_values_beyond_eight_bits(path: Path) -> None:
    kinds = read(path, "classes: [a, b]\nvalues: [300, 65535]\nignore_index: 0")
    assert kinds.labels_of(np.array([[0, 300, 65535]], np.uint16)).tolist() == [[255, 0, 1]]
    assert kinds.labels_of(np.array([[0, 255]], np.uint8)).tolist() == [[255, 255]]


@given(arrays.arrays(np.uint8, (4, 5), elements=st.sampled_from([0, 1, 2, 255])))
def test_colours_and_values_say_the_same(labels: np.ndarray) -> None:
    kinds = FolderClasses(
        path=Path("classes.yaml"),
        names=("a", "b", "c"),
        palette=distinct_colours(3),
        values=((0,), (1,), (2,)),
        ignored=frozenset([255]),
        colours=((0, 0, 0), (255, 0, 0), (0, 0, 255)),
        ignored_colours=((9, 9, 9), (8, 8, 8)),
    )
    table = np.full((256, 3), 9, np.uint8)
    table[:3] = kinds.colours
    np.testing.assert_array_equal(kinds.labels_of(labels), labels)
    np.testing.assert_array_equal(kinds.labels_of(table[labels]), labels)


@pytest.mark.parametrize("ignored", ["[9, 9, 9]", "[[9, 9, 9], [1, 2, 3]]"])
def test_colours_without_a_class(ignored: str, path: Path) -> None:
    text = f"classes: [a, b]\ncolors: [[255, 0, 0], [0, 0, 255]]\nignore_color: {ignored}"
    stored = np.array([[RED, BLUE, GREY]], np.uint8)
    assert read(path, text).labels_of(stored).tolist() == [[0, 1, 255]]


def test_without_colours_three_equal_channels_are_values(path: Path) -> None:
    stored = np.array([[[0] * 3, [1] * 3, [255] * 3]], np.uint8)
    assert read(path, "classes: [a, b]").labels_of(stored).tolist() == [[0, 1, 255]]


COLOURED = "classes: [a, b]\ncolors: [[255, 0, 0], [0, 0, 255]]"


@pytest.mark.parametrize(
    ("text", "stored", "message"),
    [
        ("classes: [a, b]", [[0, 7, 9]], "label 7 of 2 classes; write class indices, 255 where"),
        ("classes: [a, b]\nvalues: [0, 255]", [[0, 1]], "label 1 of 2 classes"),
        ("classes: [a, b]", [[RED]], "RGB, and classes.yaml has no colors; give one a class"),
        (COLOURED, [[RED, BLUE], [BLUE, GREY]], "colour [9, 9, 9] at row 1, column 1 is no class"),
        ("classes: [a, b]\ncolors: [[1, 1, 1], [1, 1, 1]]", [[RED]], "b has the colour [1, 1, 1] "),
    ],
)
def test_what_belongs_to_no_class(text: str, stored: list, message: str, path: Path) -> None:
    with pytest.raises(DatasetError, match=re.escape(message)):
        read(path, text).labels_of(np.array(stored, np.uint8))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("classes: [\n", "not YAML (while parsing"),
        ("- a\n", "no mapping; write `classes: ["),
        ("colors: []", "has no list classes; write `classes: [name of label 0, name of label 1"),
        ("classes: []", "has no list classes"),
        ("classes: [a, [b]]", "classes must be names"),
        ("classes: [a, '']", "classes must be names"),
        ("classes: [a, b, a]", "class a is there twice"),
        (f"classes: {list(range(256))}", "256 classes; give at most 255"),
        ("classes: [a, b]\ncolours: []", "colours is not known; there are classes, colors, "),
        ("classes: [a, b]\ncolors: [[1, 2, 3]]", "colors must be one [red, green, blue] for each"),
        ("classes: [a, b]\ncolors: [[1, 2, 3], red]", "colors has 'red'; write [red, green, blue]"),
        (
            "classes: [a, b]\ncolors: [[1, 2, 3], [1, 2, 256]]",
            "colors has ['1', '2', '256']; write",
        ),
        ("classes: [a, b]\nvalues: [0]", "values must be one number or list for each of 2"),
        ("classes: [a, b]\nvalues: [0, -1]", "values has '-1'; write a whole number of 0 or more"),
        ("classes: [a, b]\nvalues: [0, [1, 0]]", "values has a number twice"),
        ("classes: [a, b]\nignore_index: 1", "1 is in ignore_index and is a class's too"),
        ("classes: [a, b]\nignore_index: none", "ignore_index has 'none'; write a whole number"),
        ("classes: [a, b]\nignore_color: [1, 2]", "ignore_color has ['1', '2']; write [red,"),
    ],
)
def test_files_that_are_refused(text: str, message: str, path: Path) -> None:
    with pytest.raises(DatasetError, match=re.escape(f"{path}: {message}")) as caught:
        read(path, text)
    assert "\n" not in str(caught.value)


def test_no_file(path: Path) -> None:
    message = f"{path}: cannot be read (No such file or directory); write `classes: ["
    with pytest.raises(DatasetError, match=re.escape(message)):
        FolderClasses.read(path)
