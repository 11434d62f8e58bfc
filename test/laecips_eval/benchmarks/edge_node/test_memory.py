import os

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks.edge_node import memory


@pytest.mark.system
def test_a_node_takes_another_pair(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "WATCH_FRAMES", 2)
    monkeypatch.setattr(memory, "HZ", 20.0)
    (row,) = memory.run(tiny_bundle.path, engines=["onnxruntime"], sizes=[(96, 128)])
    assert (row.engine, row.picture) == ("onnxruntime", "128 x 96")
    assert 20 < row.before_mb <= row.peak_mb
    assert row.shared_mb < row.after_mb <= row.peak_mb


def test_what_linux_does_not_keep_is_said() -> None:
    assert memory._peak(os.getpid()) >= memory._status(os.getpid(), "VmRSS") // 2 > 0
    with pytest.raises(OSError, match="has no VmSomething: the process has ended"):
        memory._status(os.getpid(), "VmSomething")
