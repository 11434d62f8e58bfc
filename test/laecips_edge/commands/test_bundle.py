"""`laecips bundle`, as a person uses it; what it needs of ROS or torch: nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference import engine_probe
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.store_state import read_store_state
from made_bundles import hollow

from laecips_edge import cli


def write(path: Path, *, weight: float = 1.0, **changes: object) -> Bundle:
    return hollow(
        path,
        weights_f={"a": np.full((2, 8), 2 * weight, np.float32), "b": np.ones(3, np.float32)},
        weights_h={"a": np.full(4, 3.0, np.float32)},
        **({"thresholds": {"laecips": 0.5, "spp": 0.9}} | changes),  # type: ignore[arg-type]
    )


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    gate = {"promoted": True, "reason": "it is better", "loss": 0.25, "iou": {"belt": 0.75}}
    one = write(tmp_path / "all" / "one")
    other = write(
        tmp_path / "all" / "below" / "two",
        weight=1.25,
        version=2,
        parent=1,
        delta=0.625,
        gate=gate,
        training={"data_set": "inspection", "steps": 40},
    )
    return one.path, other.path


def test_list(two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "all" / "three").mkdir()
    (tmp_path / "all" / "three" / "manifest.json").write_text("{")
    assert cli.main(["bundle", "list", str(tmp_path / "all")]) == 0
    headings, *rows = capsys.readouterr().out.splitlines()
    assert headings.split() == ["version", "parent", "delta", "gate", "MB", "name", "folder"]
    assert rows[0].split() == ["2", "1", "0.6250", "passed", "0.0", "line", "below/two"]
    assert rows[1].split() == ["1", "-", "0.5000", "-", "0.0", "line", "one"]
    assert rows[2].split()[0] == "?"
    assert "not JSON" in rows[2]
    assert rows[2].endswith("three")


def test_show(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bundle", "show", str(two[1])]) == 0
    said = capsys.readouterr().out
    for line in (
        "line version 2, trained from version 1",
        "classes       2 (",
        "f             rfnet, width 1, rgb, 32 x 32, stride 4",
        "delta         0.6250",
        "thresholds    laecips 0.5, spp 0.9",
        "parameters    19 in f, 4 in h",
        "gate          passed",
        "  reason                 it is better",
        "  iou",
        "    belt                 0.75",
        "  data_set               inspection",
    ):
        assert line in said.splitlines() or line in said, line


def test_diff(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bundle", "diff", *map(str, two)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "version       1 -> 2" in lines
    assert "parent        - -> 1" in lines
    assert "delta         0.5 -> 0.625" in lines
    same = "agreement.safetensors, graph_f.onnx, graph_h.onnx, pictures.safetensors"
    assert f"same files    {same}" in lines
    # The change is 0.5 in 16 of f's weights of 2; three of 1 stay.
    assert f"f             moved by {2 / np.sqrt(16 * 4 + 3):.2%} of its length" in lines
    assert "    25.00%  a [2, 8]" in lines
    assert "     0.00%  b [3]" in lines
    assert "h             moved by 0.00% of its length" in lines
    assert not any(line.startswith(("palette", "name", "classes")) for line in lines)


def test_diff_of_two_architectures(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = hollow(
        tmp_path / "wide",
        width=2.0,
        weights_f={"a": np.ones((4, 8), np.float32), "c": np.ones(1, np.float32)},
        weights_h={"a": np.full(4, 3.0, np.float32)},
    )
    assert cli.main(["bundle", "diff", str(two[0]), str(other.path)]) == 0
    said = capsys.readouterr().out
    assert "width         1 -> 2" in said
    assert "f             cannot be compared: no tensor of one name and shape is in both" in said


def pin(store: Path, version: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = cli.main(["bundle", "pin", str(store), version])
    captured = capsys.readouterr()
    assert (captured.out + captured.err).count("\n") == 1
    return status, captured.out + captured.err


def test_pin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = write(tmp_path / "base")
    store = ModelStore(tmp_path / "models", robot="robot", base=base)
    made = write(tmp_path / "models" / "partial" / "x", version=2)
    store.begin_trial(store.admit(made.path))
    status, said = pin(tmp_path / "models", "2", capsys)
    assert status == 2
    assert "is in use by a running robot: call its service ~/adapt" in said
    store.close()

    status, said = pin(tmp_path / "models", "2", capsys)
    assert (status, read_store_state(store.folder).pin) == (0, 2)
    assert said.endswith("pinned to version 2 from the next start on\n")
    assert read_store_state(store.folder).running is not None  # nothing else is forgotten
    status, said = pin(store.folder, "1", capsys)
    assert status == 0
    assert "no slot has it (here: 2), so it must be the version of the robot's" in said
    status, said = pin(store.folder, "none", capsys)
    assert (status, read_store_state(store.folder).pin) == (0, None)

    second = ModelStore(tmp_path / "models", robot="another", base=base)
    second.close()
    status, said = pin(tmp_path / "models", "2", capsys)
    assert status == 2
    assert "more than one model store is below" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["list", "/no/such"], "/no/such is not a folder"),
        (["show", "/no/such"], "manifest.json: cannot be read"),
        (["pin", "/no/such", "2"], "/no/such is not a folder"),
        (["pin", "FOLDER", "two"], "version 'two' is neither a number from 1 on nor none"),
        (["pin", "FOLDER", "2"], "no model store is here or below"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(tmp_path) if word == "FOLDER" else word for word in arguments]
    assert cli.main(["bundle", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("laecips bundle: ")
    assert reason in error
    assert error.count("\n") == 1


@pytest.mark.slow
def test_neither_ros_nor_torch_is_needed(two: tuple[Path, Path]) -> None:
    script = (
        "import sys; sys.modules['rclpy'] = sys.modules['torch'] = None\n"
        "from laecips_edge import cli\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    for arguments in (["list", two[0].parent], ["show", two[0]], ["diff", *two]):
        command = [sys.executable, "-c", script, "bundle", *map(str, arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_engines(
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(engine_probe, "present_engines", lambda: ("onnxruntime",))
    assert cli.main(["bundle", "engines", str(tiny_bundle.path)]) == 0
    headings, row, taken = capsys.readouterr().out.splitlines()
    assert headings.split()[:2] == ["engine", "precision"]
    assert row.split()[:2] == ["onnxruntime", "fp32"]
    (file,) = (tmp_path / "laecips" / "engines").iterdir()
    assert taken == f"engine auto takes onnxruntime ({file})"
