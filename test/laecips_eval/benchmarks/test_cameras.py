import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks import cameras

pytestmark = pytest.mark.system


def test_a_node_of_two_cameras_is_measured(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras, "SECONDS", 1.0)
    (row,) = cameras.run(tiny_bundle.path, engine="onnxruntime", numbers=[2])
    assert row.cameras == 2
    assert row.sent > 0
    assert row.sent % 2 == 0
    assert 0 < row.pss_mb <= row.rss_mb
    assert row.ratio == 1.0
