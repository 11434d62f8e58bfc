"""Which frames are learnt from, and which are not."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.splits import read_splits, usual_splits

NAMES = [f"f{number}" for number in range(10)]


def write(root: Path, text: str) -> Path:
    (root / "splits.yaml").write_text(text, encoding="utf-8")
    return root


def test_a_file_names_frames_in_its_own_order(tmp_path: Path) -> None:
    splits = read_splits(write(tmp_path, "b: [f2, 0016]\na: [f1]"), NAMES, by_folder=False)
    assert splits == {"b": ("f2", "0016"), "a": ("f1",)}
    assert list(splits) == ["b", "a"]


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_splits(tmp_path, NAMES, by_folder=False) == {}


@pytest.mark.parametrize(
    ("names", "by_folder", "splits"),
    [
        (["train/a", "val/b", "train/c"], False, {"train": ("train/a", "train/c"), "val": None}),
        (["train/a", "hall/b"], False, {}),
        (["train/a", "b"], False, {}),
        (["hall1/a", "hall2/b"], True, {"hall1": ("hall1/a",), "hall2": ("hall2/b",)}),
    ],
)
def test_folders_are_splits_where_they_are_called_so(
    names: list[str], by_folder: bool, splits: dict, tmp_path: Path
) -> None:
    found = read_splits(tmp_path, names, by_folder=by_folder)
    assert found.keys() == splits.keys()
    assert all(found[split] == chosen for split, chosen in splits.items() if chosen)


def test_by_folder_of_any_name(tmp_path: Path) -> None:
    found = read_splits(write(tmp_path, "by: folder"), ["hall/a", "yard/x/b"], by_folder=False)
    assert found == {"hall": ("hall/a",), "yard": ("yard/x/b",)}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("by: time", {"train": 8, "held_out": 2}),
        ("by: time\nshares: {train: 0.5, val: 0.25, test: 0.25}", {"train": 5, "val": 3}),
        ("by: random\nseed: 7", {"train": 8, "held_out": 2}),
        ("by: random\nshares: {held_out: 0.3, train: 0.7}", {"held_out": 3, "train": 7}),
    ],
)
def test_rules_deal_every_frame_out_once(text: str, sizes: dict[str, int], tmp_path: Path) -> None:
    splits = read_splits(write(tmp_path, text), NAMES, by_folder=False)
    dealt = [name for chosen in splits.values() for name in chosen]
    assert sorted(dealt) == NAMES
    assert {split: len(splits[split]) for split in sizes} in (
        sizes,
        sizes | {"val": 2},  # 7.5 is rounded to an even number
    )
    for chosen in splits.values():
        assert list(chosen) == sorted(chosen, key=NAMES.index)
    if "time" in text:
        assert dealt == NAMES


def test_a_lot_depends_on_the_seed_and_not_on_the_order(tmp_path: Path) -> None:
    def held_out(seed: int, names: list[str]) -> set[str]:
        root = write(tmp_path, f"by: random\nseed: {seed}")
        return set(read_splits(root, names, by_folder=False)["held_out"])

    assert held_out(0, NAMES) == held_out(0, NAMES[::-1])
    assert len({frozenset(held_out(seed, NAMES)) for seed in range(5)}) > 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(60, 120))
def test_shares_are_kept_to_a_frame(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int], count: int
) -> None:
    shares = {f"s{i}": part / sum(parts) for i, part in enumerate(parts)}
    names = [f"{number:03d}" for number in range(count)]
    root = write(tmp_path_factory.mktemp("splits"), f"by: time\nshares: {shares}")
    splits = read_splits(root, names, by_folder=False)
    assert [name for chosen in splits.values() for name in chosen] == names
    for split, share in shares.items():
        assert abs(len(splits[split]) - share * count) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train: f1", "train is no list of names; write [NAME, NAME, ...]"),
        ("train: [[f1]]", "train is no list of names"),
        ("train: []", "train is empty; name frames, or take it away"),
        ("- f1", "no mapping; write names of frames by split, or `by: time`"),
        ("by: name", "by is 'name'; write folder, time, random"),
        ("by: time\nshare: 1", "share is not known; there are by, shares, seed"),
        ("by: time\nshares: {train: 0.8}", "write {NAME: SHARE, ...} that sum to 1"),
        ("by: time\nshares: {train: 1.2, held_out: -0.2}", "that sum to 1"),
        ("by: time\nshares: [0.8, 0.2]", "that sum to 1"),
        ("by: time\nshares: {train: most}", "that sum to 1"),
        ("by: time\nshares: {train: 0.99, val: 0.01}", "val gets none of 10 frames; give it a"),
        ("by: random\nseed: x", "seed has 'x'; write a whole number of 0 or more"),
        ("by: folder", "f0 lies in no folder; put it into one, or say `by`"),
    ],
)
def test_files_that_are_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=re.escape(message)) as caught:
        read_splits(write(tmp_path, text), NAMES, by_folder=False)
    assert str(tmp_path / "splits.yaml") in str(caught.value)


@pytest.mark.parametrize(
    ("splits", "usual"),
    [
        (["train", "val", "test"], ("train", "val")),
        (["validation", "training"], ("training", "validation")),
        (["val", "held_out", "train"], ("train", "held_out")),
        (["train", "test"], ("train", "")),
        (["pretrain", "task1"], ("", "")),
        ([], ("", "")),
    ],
)
def test_a_test_split_is_never_touched(splits: list[str], usual: tuple[str, str]) -> None:
    assert usual_splits(dict.fromkeys(splits, ("a",))) == usual
