"""`laecips make-ianvs`."""

from pathlib import Path

import numpy as np
import pytest
from laecips_edge.cli import main
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend


def test_a_data_set_and_what_is_there_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    black = np.zeros((16, 24, 3), np.uint8)
    with BagWriter(tmp_path / "bag", legend=Legend(("sky",), ((1, 2, 3),)), rate_hz=10) as writer:
        for _ in range(3):
            writer.add(encode_jpeg(black, 90), encode_png(black[:, :, 0]))
    path = tmp_path / "frames"
    command = ["make-ianvs", str(tmp_path / "bag"), "--frames", "2", "-o", str(path)]
    assert main(command) == 0
    assert capsys.readouterr().out == f"{path}/index.txt: 2 frames\n"
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said == (
        f"laecips make-ianvs: {path}: there already; remove it, or name another folder\n"
    )
