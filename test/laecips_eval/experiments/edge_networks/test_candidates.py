"""A bundle for each network: trained where it is missing, kept where it is there."""

from functools import partial
from pathlib import Path

import pytest
import torch
from laecips_cloud.networks import create_edge_network
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.experiments.edge_networks import candidates as module
from laecips_eval.experiments.edge_networks.candidates import Budget, Candidates
from trainer_robot import SIZE, ColourFrames

pytestmark = pytest.mark.slow


def candidates(folder: Path, *, seconds: float, lines: list[str]) -> Candidates:
    torch.set_num_threads(1)
    budget = Budget(seconds=seconds, input_size=SIZE)
    return Candidates(folder, ColourFrames(4), budget, progress=lines.append)


def test_what_is_there_is_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As large as the tiny bundle's, whose graphs other tests export.
    monkeypatch.setattr(module, "create_edge_network", partial(create_edge_network, width=0.125))
    monkeypatch.setattr(module, "_MINER_WIDTH", 0.125)
    lines: list[str] = []
    bundle = candidates(tmp_path, seconds=0.1, lines=lines).bundle("rfnet")
    assert lines[0] == "reading 4 frames"
    assert lines[1].startswith("rfnet:   0% of the training")
    assert bundle.path == tmp_path / "rfnet"
    assert bundle.manifest.training == {"frames": 4, "seconds": 0.1, "seed": 0}
    Segmenter(bundle).self_test()
    before = len(lines)
    again: Bundle = candidates(tmp_path, seconds=0.1, lines=lines).bundle("rfnet")
    assert again.manifest == bundle.manifest
    assert len(lines) == before
    with pytest.raises(
        ValueError, match=r"rfnet: was trained otherwise, .*'seconds': 0.1.*; give an"
    ):
        candidates(tmp_path, seconds=0.2, lines=lines).bundle("rfnet")
