"""Class tables: what a network's outputs are of ours, and every way to get one wrong."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.class_scorers import ClassScorerError
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_edge.core.bundle.manifest import IMAGENET_MEAN, IMAGENET_STD

OURS = ("road", "car", "pole")
FULL = """
outputs: [sky, road, car, truck, boat]
classes:
  road: [road]
  car: [truck, car]
  pole: []
  unknown: [sky, boat]
input: {size: [512, 1024], mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.3]}
scores: probabilities
temperature: 1.3
logit_adjustment: {pole: -0.5, road: 1}
blend: {cloud_weight: 0.7}
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "classes.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_all_that_a_table_can_say(tmp_path: Path) -> None:
    assert ClassTable.read(written(tmp_path, FULL), OURS) == ClassTable(
        outputs=("sky", "road", "car", "truck", "boat"),
        rows=((1,), (3, 2), ()),
        classes=OURS,
        size=(512, 1024),
        mean=(0.4, 0.5, 0.6),
        std=(0.1, 0.2, 0.3),
        scores="probabilities",
        temperature=1.3,
        logit_adjustment=(1.0, 0.0, -0.5),
        cloud_weight=0.7,
    )


def test_what_it_need_not_say(tmp_path: Path) -> None:
    content = "outputs: [a, b]\nclasses: {road: [a], unknown: [b]}"
    table = ClassTable.read(written(tmp_path, content), ["road"])
    assert (table.size, table.cloud_weight, table.logit_adjustment) == (None, None, ())
    assert (table.mean, table.std) == (IMAGENET_MEAN, IMAGENET_STD)
    assert (table.scores, table.temperature) == ("logits", 1.0)


def test_rows_are_in_the_order_of_our_labels(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    assert ClassTable.read(path, OURS[::-1]).rows == ((), (3, 2), (1,))


def test_outputs_may_be_numbers(tmp_path: Path) -> None:
    content = "outputs: [0, 1]\nclasses: {road: [1], unknown: [0]}"
    table = ClassTable.read(written(tmp_path, content), ["road"])
    assert (table.outputs, table.rows) == (("0", "1"), ((1,),))


names = st.text(min_size=1, max_size=8).filter(lambda name: name != "unknown")
shares = st.floats(0, 1)


@st.composite
def tables(draw: st.DrawFn) -> ClassTable:
    classes = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    outputs = draw(st.lists(names, min_size=1, max_size=6, unique=True))
    owners = draw(st.lists(st.integers(0, len(classes)), min_size=6, max_size=6))
    rows = [
        tuple(i for i in range(len(outputs)) if owners[i] == label) for label in range(len(classes))
    ]
    sizes = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
    return ClassTable(
        outputs=tuple(outputs),
        rows=tuple(rows),
        classes=tuple(classes),
        size=draw(st.none() | sizes),
        mean=draw(st.tuples(shares, shares, shares)),
        std=draw(st.tuples(*[st.floats(1e-6, 100)] * 3)),
        scores=draw(st.sampled_from(["logits", "probabilities"])),
        temperature=draw(st.floats(1e-3, 100)),
        logit_adjustment=draw(st.just(()) | st.tuples(*[st.floats(-20, 20)] * len(classes))),
        cloud_weight=draw(st.none() | shares),
    )


@given(tables())
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, table: ClassTable
) -> None:
    """Whatever the names are: yes, 1.5, a colon, a line break."""
    path = tmp_path_factory.mktemp("table") / "classes.yaml"
    table.write(path)
    assert ClassTable.read(path, table.classes) == table


def test_the_table_of_a_network_that_has_our_classes(tmp_path: Path) -> None:
    table = ClassTable.identity(OURS, temperature=2.0)
    assert table.rows == ((0,), (1,), (2,))
    assert "unknown: []" in table.to_yaml()
    path = written(tmp_path, replace(table, cloud_weight=0.5).to_yaml())
    assert ClassTable.read(path, OURS) == replace(table, cloud_weight=0.5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.yaml", "nowhere.yaml: cannot be read (No such file or directory); give the path"),
        (".", "cannot be read (Is a directory)"),
    ],
)
def test_a_file_that_cannot_be_read(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ClassScorerError, match=re.escape(message)):
        ClassTable.read(tmp_path / name, OURS)


@pytest.mark.parametrize(
    "content",
    [b"outputs: [", b"\xff\xfe\x00", b"\x00", b"a: 2020-13-45", b"a: " + b"[" * 5000, b"&a [*b]"],
    ids=["cut", "utf-16", "nul", "no date", "deep", "no anchor"],
)
def test_what_is_not_yaml(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "classes.yaml"
    path.write_bytes(content)
    with pytest.raises(ClassScorerError, match="not YAML") as caught:
        ClassTable.read(path, OURS)
    assert str(caught.value).startswith(f"class table {path}: ")
    assert "\n" not in str(caught.value)


def changed(old: str, new: str) -> str:
    assert FULL.count(old) == 1
    return FULL.replace(old, new)


BAD = [
    ("", "no mapping; it must have outputs and classes"),
    ("- road", "no mapping; it must have outputs and classes"),
    (changed("blend:", "blends:"), "the table has blends; it may have outputs, classes, input, "),
    (f"{FULL}\n3: 4", "the table has 3; it may have "),
    (changed("[sky, road, car, truck, boat]", ""), "outputs is None, it must be a list of names"),
    (changed("[sky, road, car, truck, boat]", "[]"), "outputs is [], it must be a list of names"),
    (changed("[sky, road, car, truck, boat]", "sky"), "outputs is 'sky', it must be a list"),
    (changed("truck, boat]", "truck, sky]"), "outputs has a name twice"),
    ("outputs: [road]", "classes is None, it must be a mapping"),
    (changed("  pole: []\n", ""), "classes: no row for pole; give [] where the network knows none"),
    (changed("  unknown: [sky, boat]\n", ""), "classes: no row for unknown; give []"),
    (changed("pole: []", "poles: []"), "classes has poles; it may have road, car, pole, unknown"),
    (changed("pole: []", "pole:"), "classes: pole is None, it must be a list of names"),
    (changed("pole: []", "pole: road"), "classes: pole is 'road', it must be a list of names"),
    (changed("pole: []", "pole: [road]"), "classes: 'road' stands under road and under pole"),
    (changed("road: [road]", "road: [road, road]"), "classes: road has a name twice"),
    (changed("[sky, boat]", "[sky, boat, car]"), "'car' stands under car and under unknown"),
    (changed("[sky, boat]", "[]"), "classes: sky, boat stand in no row; put them under unknown"),
    (changed("pole: []", "pole: [mast]"), "classes: pole: 'mast' is none of the outputs"),
    (changed("input: {", "input: {crop: 3, "), "input has crop; it may have size, mean, std"),
    (changed("{size: [512, 1024], ", "512 #"), "input is 512, it must be a mapping"),
    (changed("[512, 1024]", "512"), "input: size is 512, it must be [height, width] in pixels"),
    (changed("[512, 1024]", "[512]"), "input: size is [512], it must be"),
    (changed("[512, 1024]", "[]"), "input: size is [], it must be"),
    (changed("[512, 1024]", "[0, 1024]"), "input: size is [0, 1024], it must be"),
    (changed("[512, 1024]", "[512.0, 1024]"), "input: size is [512.0, 1024], it must be"),
    (changed("[512, 1024]", "[true, 1024]"), "input: size is [True, 1024], it must be"),
    (changed("[0.4, 0.5, 0.6]", "0.5"), "input: mean is 0.5, it must be three numbers"),
    (changed("[0.4, 0.5, 0.6]", "[0.4, 0.5]"), "input: mean is [0.4, 0.5], it must be three"),
    (changed("[0.4,", "[red,"), "input: mean is 'red', it must be a number"),
    (changed("[0.4,", "[.nan,"), "input: mean is nan, it must be a number"),
    (changed("[0.1,", "[0.0,"), "input: std is 0.0, it must be a number at least 1e-06"),
    (changed("[0.1,", "[-1,"), "input: std is -1, it must be a number at least 1e-06"),
    (changed("scores: probabilities", "scores: yes"), "scores is True, it must be logits or prob"),
    (changed("scores: probabilities", "scores: [logits]"), "scores is ['logits'], it must be"),
    (changed("1.3", "0"), "temperature is 0, it must be a number at least 0.001"),
    (changed("1.3", ".inf"), "temperature is inf, it must be a number"),
    (changed("1.3", "warm"), "temperature is 'warm', it must be a number"),
    (changed("1.3", "yes"), "temperature is True, it must be a number"),
    (changed("road: 1}", "belt: 1}"), "logit_adjustment has belt; it may have road, car, pole"),
    (changed("road: 1}", "road: 21}"), "logit_adjustment: road is 21, it must be a number in -20"),
    (changed("road: 1}", "road: .nan}"), "logit_adjustment: road is nan, it must be a number"),
    (changed("{pole: -0.5, road: 1}", "[1]"), "logit_adjustment is [1], it must be a mapping"),
    (changed("1.3", "1" + "0" * 400), "it must be a number at least 0.001"),
    (changed("{cloud_weight: 0.7}", "0.7"), "blend is 0.7, it must be a mapping"),
    (changed("cloud_weight:", "weight:"), "blend has weight; it may have cloud_weight"),
    (changed("0.7}", "1.5}"), "blend: cloud_weight is 1.5, it must be a number in 0 to 1"),
    (changed("0.7}", "-0.1}"), "blend: cloud_weight is -0.1, it must be a number in 0 to 1"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[case[1] for case in BAD])
def test_a_table_that_cannot_be(content: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ClassScorerError, match=re.escape(message)) as caught:
        ClassTable.read(path, OURS)
    assert str(caught.value).startswith(f"class table {path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("road", "car"), "classes has pole; it may have road, car, unknown"),
        ((*OURS, "tree"), "classes: no row for tree"),
        (("belt", "part"), "classes has road, car, pole; it may have belt, part, unknown"),
        ((*OURS, "unknown"), "classes: one of ours is called unknown, which stands for"),
    ],
)
def test_a_table_for_other_classes(classes: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(ClassScorerError, match=re.escape(message)):
        ClassTable.read(written(tmp_path, FULL), classes)
