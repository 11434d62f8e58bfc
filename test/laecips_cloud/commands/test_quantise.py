"""`laecips quantise`, as a person calls it."""

import shutil
from pathlib import Path

import cv2
import pytest
from laecips_cloud.export import int8_ranges
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle


@pytest.fixture
def paths(tiny_bundle: Bundle, tmp_path: Path) -> list[str]:
    """A bundle, and a folder of pictures with something else in it."""
    bundle = shutil.copytree(tiny_bundle.path, tmp_path / "bundle")
    pictures = tmp_path / "pictures" / "front"
    pictures.mkdir(parents=True)
    (pictures / "notes.txt").write_text("of Tuesday")
    for number, frame in enumerate(tiny_bundle.agreement()[:2]):
        cv2.imwrite(str(pictures / f"{number}.png"), frame.rgb[:, :, ::-1])
    return [str(bundle), str(pictures.parent)]


@pytest.mark.slow
@pytest.mark.parametrize(("bound", "status"), [(0.0, 0), (1.01, 1)], ids=["agrees", "does not"])
def test_ranges_are_added_if_f_agrees(
    paths: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bound: float,
    status: int,
) -> None:
    monkeypatch.setattr(int8_ranges, "LEAST_AGREEMENT", bound)
    monkeypatch.setattr(int8_ranges, "MAX_TRUST_DIFFERENCE", 1.0)
    assert main(["quantise", *paths]) == status
    assert capsys.readouterr().out.startswith(
        f"int8 is {'left out of' if status else 'in'} the bundle: on 1 pictures"
    )
    assert bool(Bundle.load(paths[0]).int8_file) == (not status)


@pytest.mark.parametrize(
    ("pictures", "more", "message"),
    [
        ("pictures", ["--most", "1"], "--most is 1, it must be 2 or more"),
        ("nope", [], "{root}/nope: no such folder; give one with pictures in it or below"),
        (
            "bundle",
            [],
            "{root}/bundle: int8 needs two pictures to be measured on, there are 0; give more",
        ),
    ],
    ids=["at most one", "no folder", "none there"],
)
def test_what_cannot_be_measured_is_told(
    paths: list[str],
    tmp_path: Path,
    pictures: str,
    more: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["quantise", paths[0], str(tmp_path / pictures), *more]) == 2
    assert capsys.readouterr().err == f"laecips quantise: {message.format(root=tmp_path)}\n"
