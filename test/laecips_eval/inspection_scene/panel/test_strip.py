"""A long panel: what must be on it, and what drift may change."""

from functools import lru_cache

import numpy as np
import pytest
from laecips_eval.inspection_scene.classes import (
    CLASSES,
    CONNECTOR,
    DEFECTS,
    HOUSING,
    LABEL,
    RAIL,
    SCREW,
)
from laecips_eval.inspection_scene.panel import strip as panel
from laecips_eval.inspection_scene.parts.makes import Make

draw_strip = lru_cache(panel.draw_strip)  # several tests look at the same panel


def test_all_classes_appear() -> None:
    strip = draw_strip(1, 2, width=2600)
    share = np.bincount(strip.label.ravel(), minlength=len(CLASSES)) / strip.label.size
    assert len(share) == len(CLASSES)
    assert (share > 0).all()
    assert share[list(DEFECTS)].sum() < 0.03, "defects are rare"
    assert share[RAIL] > 0.03
    assert share[HOUSING] > 0.05


def test_truth_lies_on_what_is_seen() -> None:
    """Edges of the label map are edges of the picture: parts stand out where they are labelled."""
    strip = draw_strip(1, 2, width=1400)
    grey = strip.image.astype(int).sum(axis=2)
    contrast = np.abs(np.diff(grey, axis=1))
    for part in (HOUSING, CONNECTOR, SCREW, LABEL):
        inside = strip.label == part
        border = inside[:, 1:] != inside[:, :-1]
        near = border | np.roll(border, 1, axis=1) | np.roll(border, -1, axis=1)
        away = np.roll(near, 14, axis=1) & ~near
        assert contrast[near].mean() > 1.5 * contrast[away].mean(), CLASSES[part]


def test_other_keys_another_panel() -> None:
    one, other = draw_strip(1, 2, width=700), draw_strip(1, 3, width=700)
    assert not np.array_equal(one.label, other.label)


@pytest.mark.parametrize(
    ("one", "other"),
    [(Make.USUAL, Make.NEW), (Make.USUAL, Make.FOREIGN), (Make.NEW, Make.FOREIGN)],
)
def test_makes_differ_in_parts_but_not_in_rails_and_ground(one: Make, other: Make) -> None:
    old, new = (
        draw_strip(4, 4, width=900, variants=1.0, make=make, defect_rate=0) for make in (one, other)
    )
    changed = (old.image != new.image).any(axis=2)
    assert changed[(old.label == HOUSING) & (new.label == HOUSING)].mean() > 0.6
    ground = np.isin(old.label, (0, RAIL)) & np.isin(new.label, (0, RAIL))
    assert changed[ground].mean() < 0.1, "only shadows differ on the ground"
    assert np.array_equal(old.label == RAIL, new.label == RAIL) or (
        ((old.label == RAIL) != (new.label == RAIL)).mean() < 0.02
    )


def test_variants_are_of_the_new_make_unless_another_is_named() -> None:
    named = draw_strip(4, 4, width=900, variants=1.0, make=Make.NEW)
    assert np.array_equal(draw_strip(4, 4, width=900, variants=1.0).image, named.image)


@pytest.mark.parametrize("make", Make)
def test_without_variants_the_make_is_of_no_matter(make: Make) -> None:
    usual, given = draw_strip(4, 4, width=700), draw_strip(4, 4, width=700, make=make)
    assert np.array_equal(usual.image, given.image)
    assert np.array_equal(usual.label, given.label)


def test_defects_have_a_dial() -> None:
    assert not np.isin(draw_strip(1, 2, width=1400, defect_rate=0).label, DEFECTS).any()
    few = np.isin(draw_strip(1, 2, width=1400).label, DEFECTS).sum()
    assert np.isin(draw_strip(1, 2, width=1400, defect_rate=3).label, DEFECTS).sum() > 1.5 * few


def test_dust_is_uneven() -> None:
    dust = draw_strip(1, 2, width=700).dust
    assert dust.dtype == np.uint8
    assert 40 < dust.mean() < 140
    assert np.ptp(dust) > 100


def test_too_short() -> None:
    with pytest.raises(ValueError, match="699 pixels is too short"):
        draw_strip(1, width=699)
