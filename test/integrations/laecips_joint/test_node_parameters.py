"""A job's parameters from a parameter file of our nodes and from single values."""

from pathlib import Path

import pytest
from laecips_joint.node_parameters import with_file


def test_a_value_of_the_job_wins(tmp_path: Path) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text("/**/edge: {ros__parameters: {engine: openvino, threads: 2}}")
    parameters = {"params_file": str(file), "threads": 4}
    assert with_file("edge", parameters) == {"engine": "openvino", "threads": 4}
    assert with_file("cloud", {"params_file": str(file)}) == {}
    assert with_file("edge", {"params_file": "", "threads": 4}) == {"threads": 4}
    assert "params_file" in parameters  # Ianvs keeps its own


def test_a_missing_file() -> None:
    with pytest.raises(ValueError, match=r"parameter file nowhere\.yaml is missing"):
        with_file("edge", {"params_file": "nowhere.yaml"})
