"""Distances between two distributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.distances import ks_by_chance, ks_distance, psi_terms

Samples = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("values", "reference", "distance"),
    [
        ([0.1, 0.2], [0.1, 0.2], 0.0),
        ([0.1, 0.2], [0.8, 0.9, 1.0], 1.0),
        ([0.1, 0.5, 0.6, 0.7], [0.5, 0.6, 0.7, 0.8], 0.25),
        ([0.5], [0.5, 0.5, 0.5], 0.0),
    ],
)
def test_ks(values: list[float], reference: list[float], distance: float) -> None:
    assert ks_distance(values, reference) == pytest.approx(distance)


@given(Samples, Samples)
def test_ks_is_a_symmetric_distance_of_ranks(a: list[float], b: list[float]) -> None:
    distance = ks_distance(a, b)
    assert 0 <= distance <= 1
    assert distance == ks_distance(b, a)
    assert distance == ks_distance([v * 2 for v in a], [v * 2 for v in b])


def test_chance_exceeds_its_bound_rarely() -> None:
    rng = np.random.default_rng(0)
    bound = ks_by_chance(30, 50)
    found = [ks_distance(rng.random(30), rng.random(50)) > bound for _ in range(2000)]
    assert sum(found) <= 8
    assert ks_by_chance(20, 20) > ks_by_chance(200, 200)
    often = ks_by_chance(30, 50, share=0.05)
    found = [ks_distance(rng.random(30), rng.random(50)) > often for _ in range(2000)]
    assert 20 <= sum(found) <= 130


@pytest.mark.parametrize(
    ("shares", "reference", "low", "high"),
    [
        ([0.5, 0.5], [0.5, 0.5], 0.0, 0.0),
        ([0.52, 0.48], [0.5, 0.5], 0.0, 0.1),
        ([0.8, 0.2], [0.5, 0.5], 0.25, 0.6),
        ([0.0, 1.0], [1e-9, 1.0], 0.0, 1e-6),
    ],
)
def test_psi(shares: list[float], reference: list[float], low: float, high: float) -> None:
    terms = psi_terms(shares, reference)
    assert (terms >= 0).all()
    assert low <= terms.sum() <= high
