import pytest
from laecips_edge.core.engines import EngineError, create_engine


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("abacus", {}, "'abacus' is not known; take one of onnxruntime"),
        ("onnxruntime", {"threads": 0}, "threads must be at least 1, got 0"),
        (
            "onnxruntime",
            {"providers": ["WarpExecutionProvider"]},
            "no provider WarpExecutionProvider; here there are .*CPUExecutionProvider",
        ),
        ("onnxruntime", {"providers": []}, "no provider given"),
    ],
)
def test_bad_requests(name, options, message):
    with pytest.raises(EngineError, match=message):
        create_engine(name, b"", {}, **options)
