import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks import growth


def test_sizes_and_masks_beside_the_first(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "_FUSED", (48, 64))
    rows = growth.run(
        tiny_bundle.path,
        engines=["onnxruntime"],
        providers=["CPUExecutionProvider"],
        repeats=1,
        pictures=[(96, 128), (192, 256)],
        masks=[2, 6],
    )
    assert [(row.engine, row.at, row.size) for row in rows] == [
        ("onnxruntime", "128 x 96", 1),
        ("onnxruntime", "256 x 192", 4),
        ("", "2 masks", 1),
        ("", "6 masks", 3),
    ]
    assert rows[1].grew == pytest.approx(rows[1].cpu_ms / rows[0].cpu_ms)
    assert rows[3].grew == pytest.approx(rows[3].cpu_ms / rows[2].cpu_ms)
