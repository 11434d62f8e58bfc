"""`laecips models export-sam`: what is said."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.export import sam_export
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import SamManifest
from laecips_edge.cli import main


def test_it_says_what_was_written_and_how_to_use_it(
    exported_sam: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def export(checkpoint: str, folder: Path, *, int8: bool) -> SamManifest:
        # The export itself takes its time and has tests of its own.
        assert (checkpoint, int8) == ("sam.pth", True)
        shutil.copytree(exported_sam, folder)
        return SamManifest.read(folder)

    monkeypatch.setattr(sam_export, "export_sam", export)
    folder = tmp_path / "sam"
    assert main(["models", "export-sam", "sam.pth", "--int8", "-o", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"{folder}: 0 MB, for pictures of 128 pixels" in said
    assert "masks' mean IoU " in said
    assert f"mask_options: [model={folder}]" in said


def test_an_error_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkpoint, folder = str(tmp_path / "nowhere.pth"), str(tmp_path / "out")
    assert main(["models", "export-sam", checkpoint, "-o", folder]) == 2
    assert "nowhere.pth: no such file" in capsys.readouterr().err
