"""`laecips models export-sam`: the arguments, and what is said."""

import argparse
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")

from laecips_cloud.commands import export_sam
from laecips_cloud.mask_generators.sam.export import sam_export
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import SamManifest


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    export_sam.add_export_sam(parser.add_subparsers(dest="action"))
    return parser.parse_args(["export-sam", *arguments])


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
    assert export_sam.run(parsed("sam.pth", "--int8", "-o", str(folder))) == 0
    said = capsys.readouterr().out
    assert f"{folder}: 0 MB, for pictures of 128 pixels" in said
    assert "masks' mean IoU " in said
    assert f"mask_options: [model={folder}]" in said


def test_an_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere\.pth: no such file"):
        export_sam.run(parsed(str(tmp_path / "nowhere.pth"), "-o", str(tmp_path / "out")))
