"""docs/sam.md says what the code does."""

import inspect
from pathlib import Path

import pytest
from laecips_cloud.published_weights.catalogue import CATALOGUE

pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.onnx_backend.onnx_sam import SamOnnxMaskGenerator
from laecips_cloud.mask_generators.sam.torch_backend.torch_sam import SamMaskGenerator

PAGE = (Path(__file__).parents[2] / "docs" / "sam.md").read_text()


def rows(head: str) -> list[list[str]]:
    """Cells of the table whose first row begins like this."""
    table = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]


def test_every_option_with_its_default() -> None:
    parameters = inspect.signature(SamMaskGenerator).parameters
    shown = {name: default for name, default, *_ in rows("option")}
    assert list(shown) == list(parameters)
    for name, default in shown.items():
        value = parameters[name].default
        assert default == (f"{value:.3f}" if name == "crop_overlap_ratio" else str(value))


def test_every_option_of_the_exported_one() -> None:
    theirs = inspect.signature(SamMaskGenerator).parameters
    ours = inspect.signature(SamOnnxMaskGenerator).parameters
    shown = {name: default for name, default, _ in rows("own option")}
    shared = [name for name in ours if name in theirs and name != "points_per_batch"]
    assert sorted([*shown, *shared]) == sorted(ours)
    for name, default in shown.items():
        assert default == str(ours[name].default)
    for name in shared:
        assert ours[name].default == theirs[name].default


def test_every_model() -> None:
    expected = [
        [name, model.file_name, f"{model.bytes / 1e6:.0f}"] for name, model in CATALOGUE.items()
    ]
    assert rows("name") == expected
