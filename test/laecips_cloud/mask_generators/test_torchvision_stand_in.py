"""segment-anything comes up with a torchvision that matches, with one that does not, with none."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.torchvision_stand_in import (  # noqa: E402
    batched_nms,
    box_area,
    nms,
    resize,
    to_pil_image,
)

MATCHING = {
    "__init__.py": "",
    "ops/__init__.py": "",
    "ops/boxes.py": "batched_nms = box_area = 'the installed one'",
    "transforms/__init__.py": "",
    "transforms/functional.py": "resize = to_pil_image = 'the installed one'",
}
MISMATCHING = {
    "__init__.py": "from torchvision import extension",
    "extension.py": "raise RuntimeError('operator torchvision::nms does not exist')",
}


@pytest.mark.parametrize(
    ("torchvision", "used"),
    [
        pytest.param(MATCHING, "the installed one", id="matching"),
        pytest.param(MISMATCHING, "<function batched_nms", id="mismatching"),
        pytest.param({}, "<function batched_nms", id="none"),
    ],
)
def test_import_with(torchvision: dict[str, str], used: str, tmp_path: Path) -> None:
    for name, content in torchvision.items():
        path = tmp_path / "torchvision" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)
    program = f"""
        import sys
        class Missing:  # an installed torchvision must not be found in its place
            def find_spec(self, name, *_):
                if name.split(".")[0] == "torchvision" and not {bool(torchvision)}:
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Missing())
        sys.path.insert(0, {str(tmp_path)!r})
        from laecips_cloud.mask_generators.torchvision_stand_in import import_segment_anything
        package = import_segment_anything()
        print(package.automatic_mask_generator.batched_nms)
        if {torchvision is not MATCHING}:
            assert not [name for name in sys.modules if name.startswith("torchvision.ops")]
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert used in done.stdout


BOXES = torch.tensor(
    [[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [0, 0, 10, 10]], dtype=torch.float32
)


@pytest.mark.parametrize(
    ("scores", "threshold", "kept"),
    [
        ([0.5, 0.9, 0.1, 0.4], 0.7, [1, 2]),
        ([0.9, 0.5, 0.1, 0.4], 0.95, [0, 1, 2]),
        ([0.9, 0.5, 0.1, 0.9], 0.9, [0, 1, 2]),
        ([0.9, 0.5, 0.1, 0.4], 1.0, [0, 1, 3, 2]),
    ],
)
def test_nms(scores: list[float], threshold: float, kept: list[int]) -> None:
    assert nms(BOXES, torch.tensor(scores), threshold).tolist() == kept


def test_nms_of_nothing() -> None:
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []
    assert batched_nms(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0), 0.5).tolist() == []


def test_batched_nms_keeps_categories_apart() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    assert batched_nms(BOXES, scores, torch.tensor([0, 0, 0, 1]), 0.5).tolist() == [0, 2, 3]
    assert batched_nms(BOXES, scores, torch.tensor([0, 1, 2, 3]), 0.5).tolist() == [0, 1, 2, 3]


def test_box_area() -> None:
    assert box_area(BOXES).tolist() == [100, 90, 100, 100]


def test_resize_is_rows_first() -> None:
    picture = np.full((40, 60, 3), 7, np.uint8)
    small = np.asarray(resize(to_pil_image(picture), (20, 10)))
    assert small.shape == (20, 10, 3)
    assert (small == 7).all()
