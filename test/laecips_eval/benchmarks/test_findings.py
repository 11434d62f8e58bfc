"""The benchmark of findings runs, on a tiny f; what it measures depends on the machine."""

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks import findings


def test_each_case_has_a_row(tiny_bundle: Bundle) -> None:
    rows = findings.run(tiny_bundle.path, repeats=1)
    assert [row.case for row in rows] == [
        "6 regions, 480 x 360",
        "32 regions, 480 x 360",
        "noise, 480 x 360",
        "6 regions, 1280 x 720",
        "32 regions, 1280 x 720",
        "noise, 1280 x 720",
    ]
    for row in rows:
        assert row.look_ms > 0
        assert row.share == pytest.approx((row.look_ms + row.keep_ms) / row.f_ms)
