"""A teacher's class table, written beside its network."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.model_fitting.teacher_table import write_table


@pytest.mark.parametrize("as_file", [False, True], ids=["folder", "file"])
def test_it_is_written_into_the_table_beside_the_network(
    tiny_teacher: Path, tiny_bundle: Bundle, tmp_path: Path, as_file: bool
) -> None:
    classes = tiny_bundle.manifest.classes
    if as_file:
        teacher, table = tmp_path / "large.onnx", tmp_path / "large.yaml"
        shutil.copy(tiny_teacher / "network.onnx", teacher)
        shutil.copy(tiny_teacher / "network.weights", tmp_path)
        shutil.copy(tiny_teacher / "classes.yaml", table)
    else:
        teacher, table = tmp_path / "large", tmp_path / "large" / "classes.yaml"
        shutil.copytree(tiny_teacher, teacher)
    before = SemanticNetwork(teacher, classes).table
    assert before.cloud_weight is None
    write_table(teacher, replace(before, cloud_weight=0.37))
    assert ClassTable.read(table, classes) == replace(before, cloud_weight=0.37)
    assert SemanticNetwork(teacher, classes).table.cloud_weight == 0.37
