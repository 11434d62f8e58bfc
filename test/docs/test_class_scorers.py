"""docs/class-scorers.md: what it shows runs, and what it lists is what there is."""

import inspect
import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from laecips_cloud.class_scorers.blend import BlendScorer
from laecips_cloud.class_scorers.onnx import OnnxScorer
from laecips_cloud.fusion.vote import PAPER, Vote

ROOT = Path(__file__).resolve().parents[2]
Blocks = Callable[..., list[str]]


@pytest.mark.slow
def test_a_network_from_torch_becomes_a_class_scorer(
    blocks: Blocks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")

    class Network(torch.nn.Module):
        """Six classes from each pixel's colour, given as torchvision's networks give them."""

        def __init__(self) -> None:
            super().__init__()
            self.head = torch.nn.Sequential(torch.nn.Conv2d(3, 64, 1), torch.nn.Conv2d(64, 6, 1))

        def forward(self, rgb: Any) -> dict[str, Any]:
            return {"out": self.head(rgb)}

    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Network()
    names: dict[str, Any] = {"network": network}
    export, make = blocks("python")
    (table,) = blocks("yaml", "outputs:")
    exec(export, names)  # noqa: S102 (the page's own code)
    (tmp_path / "large" / "classes.yaml").write_text(table, encoding="utf-8")
    assert (tmp_path / "large" / "network.onnx.data").stat().st_size > 0
    exec(make, names)  # noqa: S102

    def never() -> Any:
        raise AssertionError("onnx has no need of f")

    rgb = np.random.default_rng(0).integers(0, 256, (512, 1024, 3), np.uint8)
    scores = names["scorer"].score(rgb, never)
    content = yaml.safe_load(table)
    mean, std = (torch.tensor(content["input"][key]) for key in ("mean", "std"))
    normalised = ((torch.from_numpy(rgb) / 255 - mean) / std).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = network(normalised)["out"][0] / content["temperature"]
    road, pavement, car, lorry, *_ = logits.softmax(dim=0).numpy()
    expected = np.stack([road + pavement, car + lorry, np.zeros_like(road)])
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_all_parts_and_options_are_listed(page: str) -> None:
    groups = ("laecips.mask_generators", "laecips.class_scorers")
    names = [name for group in groups for name in entry_points(group=group).names]
    for scorer in (OnnxScorer, BlendScorer):
        names += list(inspect.signature(scorer).parameters)[1:]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_parameters_are_the_nodes_own(page: str, blocks: Blocks) -> None:
    known = parameters((ROOT / "config" / "cloud.yaml").read_text(encoding="utf-8"))
    for block in blocks("yaml", "/**/cloud"):
        assert parameters(block).keys() <= known.keys()
    shown = re.findall(r"^\| `vote\.(\w+)` \| ([\d.]+) \|", page, re.MULTILINE)
    assert Vote(**{name: float(value) for name, value in shown}) == Vote()
    assert len(shown) == len(inspect.signature(Vote).parameters)
    (paper,) = blocks("yaml", "vote:")
    bounds = {k.removeprefix("vote."): v for k, v in parameters(paper).items() if "vote." in k}
    assert Vote(**bounds) == PAPER


def parameters(text: str) -> dict[str, Any]:
    """A parameter file's values for the cloud node, by the names that ROS has for them."""
    (section,) = yaml.safe_load(text).values()

    def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            inner = isinstance(value, Mapping)
            found |= flat(value, f"{prefix}{name}.") if inner else {f"{prefix}{name}": value}
        return found

    return flat(section["ros__parameters"])
