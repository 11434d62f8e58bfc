from pathlib import Path

import pytest
from laecips_eval.benchmarks.edge_node.process import edge_process


def test_a_node_without_a_bundle_is_not_started(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match=r"manifest\.json: cannot be read"),
        edge_process(tmp_path, namespace="/nobody"),
    ):
        pass
