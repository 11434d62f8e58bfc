"""A job's parameters from a parameter file of our nodes and from single values."""

from pathlib import Path

import pytest
from laecips_joint.node_parameters import with_file

FILE = "edge:\n  ros__parameters: {engine: openvino, threads: 2}\ncloud: 3\n"


def test_a_value_of_the_job_wins(tmp_path: Path) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text(FILE)
    parameters = {"params_file": str(file), "threads": 4}
    assert with_file("edge", parameters) == {"engine": "openvino", "threads": 4}
    assert with_file("edge", {"threads": 4}) == {"threads": 4}
    assert "params_file" in parameters  # Ianvs keeps its own


@pytest.mark.parametrize(
    ("content", "node", "message"),
    [
        (None, "edge", "No such file or directory; Ianvs finds files from the folder"),
        (FILE, "cloud", "no section cloud"),
        (FILE, "trainer", "no section trainer"),
        ("[1", "edge", "no section edge"),
    ],
)
def test_errors(tmp_path: Path, content: str | None, node: str, message: str) -> None:
    file = tmp_path / "parameters.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ValueError, match=message):
        with_file(node, {"params_file": str(file)})
