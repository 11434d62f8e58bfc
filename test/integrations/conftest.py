"""Frames for the jobs of Ianvs and Sedna, and these two themselves where they are at hand."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_eval.bags import Bag

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 6

UPSTREAM = "LAECIPS_IANVS"
"""Names a folder with `ianvs/`, a checkout, `venv/`, a Python environment with what Ianvs and Sedna
need, and for Sedna's own tests `sedna/`, a checkout (integrations/ianvs/README.md)."""

WHEEL = "ianvs/examples/resources/third_party/sedna-0.6.0.1-py3-none-any.whl"
WHEEL_SHA256 = "3477b6cdcd9c488c53d0917a20a9143d0d47a04e8729b53202617bb006d44e74"
"""Two wheels bear this version; the other one takes no cloud model."""


class Frames(NamedTuple):
    """A bag, and the paths of its pictures and of their truth, written by `laecips make-ianvs`."""

    bag: Bag
    pictures: list[str]
    truth: list[str]


@pytest.fixture(scope="session")
def frames(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Frames:
    """Pictures of blocks with truth: half JPEGs as a camera sends them, half PNGs."""
    import cv2  # noqa: PLC0415 (not for every session)
    from laecips_edge.core.image.codecs import encode_jpeg, encode_png  # noqa: PLC0415
    from laecips_eval.bags import BagWriter, Legend, open_bag  # noqa: PLC0415
    from laecips_eval.bags.picture_index import write_picture_index  # noqa: PLC0415

    root = tmp_path_factory.mktemp("frames")
    rng = np.random.default_rng(3)
    manifest = tiny_bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(root / "bag", legend=legend, rate_hz=10) as writer:
        for index in range(FRAMES):
            blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            png = cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes()
            data = png if index % 2 else encode_jpeg(picture, 90)
            writer.add(data, encode_png(picture[:, :, 0] // 64))
    bag = open_bag(root / "bag")
    write_picture_index(bag, root / "index")
    lines = (root / "index" / "index.txt").read_text().splitlines()
    pictures, truth = zip(*(line.split() for line in lines), strict=True)
    return Frames(
        bag,
        [str(root / "index" / name) for name in pictures],
        [str(root / "index" / name) for name in truth],
    )


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """Ianvs with its Sedna; skips the test where they are not at hand."""
    if not os.environ.get(UPSTREAM):
        pytest.skip(f"{UPSTREAM} names no folder with Ianvs (integrations/ianvs/README.md)")
    folder = Path(os.environ[UPSTREAM]).resolve()
    for needed in ("ianvs/benchmarking.py", WHEEL, "venv/bin/python"):
        assert (folder / needed).exists(), f"{UPSTREAM}: {folder} has no {needed}"
    digest = hashlib.sha256((folder / WHEEL).read_bytes()).hexdigest()
    assert digest == WHEEL_SHA256, f"{folder / WHEEL}: another Sedna of this version"
    with zipfile.ZipFile(folder / WHEEL) as wheel:
        wheel.extractall(tmp_path / "sedna")
    return Upstream(folder, tmp_path / "sedna")


class Upstream(NamedTuple):
    """Where Ianvs lies, and the unpacked wheel of its Sedna."""

    folder: Path
    sedna: Path

    @property
    def python(self) -> str:
        """The interpreter that has what they need."""
        return str(self.folder / "venv" / "bin" / "python")

    def environment(self, *first: Path, **more: str) -> dict[str, str]:
        """Environment of a process: Ianvs, Sedna and our packages, and nothing of this process.

        Args:
            *first: folders that are searched before them.
            **more: more variables.
        """
        spec = importlib.util.find_spec("laecips_edge")
        assert spec is not None
        assert spec.submodule_search_locations
        ours = Path(spec.submodule_search_locations[0]).parent
        joint = ROOT / "integrations" / "laecips_joint"
        places = [*first, self.sedna, self.folder / "ianvs", joint, ours]
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.sedna),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            **more,
        }
