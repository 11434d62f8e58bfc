"""Making inspection bags: the same bag whoever draws it, checked, all or nothing."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_eval.bags import BagError, open_bag
from laecips_eval.inspection_scene import make_bags
from laecips_eval.inspection_scene.bag_recipes import SMOKE, BagRecipe
from laecips_eval.inspection_scene.make_bags import (
    difference,
    draw_frame,
    ensure_bag,
    recipe_hashes,
)

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
SMALL = BagRecipe(frames=5, seed=6)


@pytest.fixture(scope="module")
def small_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_bag(tmp_path_factory.mktemp("bags"), "small", SMALL)


def test_the_smoke_bag_in_git_is_what_its_recipe_draws() -> None:
    path = ROOT / "rosbags" / "smoke"
    assert difference(path, SMOKE) is None
    assert sum(file.stat().st_size for file in path.iterdir()) < 3e6
    bag = open_bag(path)
    assert bag.segments == SMOKE.segments
    frames, truth = list(bag.frames()), bag.truth()
    for index in (0, 55, 99):
        image, label = draw_frame(SMOKE, index)
        frame = frames[index]
        assert np.array_equal(truth[frame.stamp_ns], label)
        assert np.abs(frame.rgb().astype(int) - image).mean() < 6


def test_a_bag_is_drawn_once(small_bag: Path) -> None:
    before = (small_bag / "metadata.yaml").stat().st_mtime_ns
    assert small_bag.name == "small-seed6-5"
    assert ensure_bag(small_bag.parent, "small", SMALL) == small_bag
    assert (small_bag / "metadata.yaml").stat().st_mtime_ns == before
    assert sorted(path.name for path in small_bag.parent.iterdir()) == ["small-seed6-5"]


def test_one_process_or_two_make_the_same_bag(small_bag: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    alone = ensure_bag(
        tmp_path, "small", SMALL, processes=1, progress=lambda *done: seen.append(done)
    )
    assert (alone / f"{alone.name}.mcap").read_bytes() == next(
        small_bag.glob("*.mcap")
    ).read_bytes()
    assert seen == [(number, 5) for number in range(1, 6)]


def test_a_checked_bag_carries_its_hash_in_its_name(small_bag: Path, tmp_path: Path) -> None:
    expected = recipe_hashes(open_bag(small_bag).digests(), SMALL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checked = ensure_bag(tmp_path, "small", replace(SMALL, expected=expected), processes=1)
    assert checked.name == f"small-seed6-5-{expected[0][:8]}"


def test_other_frames_than_expected_are_told(small_bag: Path, tmp_path: Path) -> None:
    expected = list(recipe_hashes(open_bag(small_bag).digests(), SMALL))
    expected[0], expected[3] = "0" * 64, "1" * 64
    recipe = replace(SMALL, expected=tuple(expected))
    with pytest.warns(UserWarning, match="the frames of new_parts are not the published ones"):
        path = ensure_bag(tmp_path, "small", recipe, processes=1)
    assert len(open_bag(path)) == 5, "it can be replayed all the same"
    problem = difference(path, recipe)
    assert problem is not None
    assert "\n" not in problem
    assert "requirements/lock.txt" in problem


def test_the_main_bag_is_the_main_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_bag: Path
) -> None:
    monkeypatch.setattr(make_bags, "MAIN", replace(SMALL, seed=0))
    path = make_bags.ensure_main_bag(tmp_path, drive="shift", seed=6)
    assert path.name == "inspection-seed6-5"
    assert open_bag(path).digests() == open_bag(small_bag).digests()


def test_a_patrol_says_what_disturbed_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = BagRecipe(frames=45, seed=6, drive="patrol")
    monkeypatch.setattr(make_bags, "MAIN_PATROL", recipe)
    path = make_bags.ensure_main_bag(tmp_path, drive="patrol", seed=6)
    assert path.name == "inspection-patrol-seed6-45"
    bag = open_bag(path)
    assert [(it.kind, it.start, it.stop) for it in recipe.bursts] == [
        (it.name, it.start, it.stop) for it in bag.disturbances
    ]
    assert bag.disturbances
    assert bag.segments == recipe.segments
    frames = list(bag.frames())
    for index in (0, bag.disturbances[0].start, 44):
        image, label = draw_frame(recipe, index)
        assert np.array_equal(bag.truth()[frames[index].stamp_ns], label)
        assert np.abs(frames[index].rgb().astype(int) - image).mean() < 6


def test_nothing_is_left_of_a_failed_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, __: bytes, ___: bytes | None) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("laecips_eval.bags.writer.BagWriter.add", full)
    with pytest.raises(BagError, match=r"No space left on device.*free some space"):
        ensure_bag(tmp_path, "small", SMALL, processes=1)
    assert not list(tmp_path.iterdir())


def test_past_the_end() -> None:
    with pytest.raises(IndexError, match="5 frames"):
        draw_frame(SMALL, 5)
