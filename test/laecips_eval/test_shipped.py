"""Where the shipped bundle is found."""

from pathlib import Path

import pytest
from laecips_edge.core.bundle import Bundle
from laecips_eval.inspection.classes import CLASSES
from laecips_eval.shipped import shipped_bundle


def test_the_shipped_bundle_knows_the_inspection_scene() -> None:
    assert tuple(Bundle.load(shipped_bundle()).manifest.classes) == tuple(CLASSES)


def test_where_none_is_installed_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="laecips_bringup, which is not installed"):
        shipped_bundle()
