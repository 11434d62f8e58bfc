"""Fixtures of the mask generators' tests."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sam_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a very small SAM."""
    pytest.importorskip("torch")
    from tiny_sam import save_tiny_sam  # noqa: PLC0415 (needs torch)

    path = tmp_path_factory.mktemp("sam") / "sam_tiny.pth"
    save_tiny_sam(path)
    return path
