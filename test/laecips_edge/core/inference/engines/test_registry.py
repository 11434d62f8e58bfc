import sys

import pytest
from laecips_edge.core.inference.engines import (
    ENGINE_NAMES,
    EngineError,
    create_engine,
    installed_engines,
    precision_of,
)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("abacus", {}, "'abacus' is not known; take one of onnxruntime, openvino"),
        ("onnxruntime", {"threads": 0}, "threads must be at least 1, got 0"),
        ("openvino", {"threads": 0}, "threads must be at least 1, got 0"),
        (
            "onnxruntime",
            {"providers": ["WarpExecutionProvider"]},
            "no provider WarpExecutionProvider; here there are .*CPUExecutionProvider",
        ),
        (
            "openvino",
            {"providers": ["WarpExecutionProvider"]},
            "openvino: no provider WarpExecutionProvider; here there are .*CPU",
        ),
        ("onnxruntime", {"providers": []}, "no provider given"),
        ("openvino", {"providers": []}, "no provider given"),
    ],
)
def test_bad_requests(name, options, message):
    with pytest.raises(EngineError, match=message):
        create_engine(name, b"", {}, **options)


def test_of_openvinos_providers_the_first_that_is_here_counts():
    pytest.importorskip("openvino")
    others = ["WarpExecutionProvider", "CPUExecutionProvider", "GPU"]
    assert precision_of("openvino", others) == precision_of("openvino")


@pytest.mark.parametrize(
    ("name", "providers", "message"),
    [
        ("abacus", ["CPUExecutionProvider"], "'abacus' is not known"),
        ("openvino", ["WarpExecutionProvider"], "no provider WarpExecutionProvider"),
        ("openvino", [], "no provider given"),
    ],
)
def test_a_precision_that_is_not_known(name, providers, message):
    with pytest.raises(EngineError, match=message):
        precision_of(name, providers)


def test_openvino_has_names_of_its_own_for_devices():
    assert precision_of("openvino", ["CPU"]) == precision_of("openvino")


def test_engines_of_the_lock_are_installed():
    assert installed_engines() == ENGINE_NAMES


@pytest.mark.parametrize("package", ["openvino", "onnx"])
def test_what_is_not_installed_is_named(monkeypatch, package):
    monkeypatch.delitem(sys.modules, "laecips_edge.core.inference.engines.openvino", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"openvino is not installed here \(.*{package}.*\): pip install openvino onnx"
    with pytest.raises(EngineError, match=message):
        create_engine("openvino", b"", {})
    assert installed_engines() == ("onnxruntime",)
