"""What the networks of a node run on."""

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engine_settings import EngineSettings
from laecips_edge.core.inference.engines import EngineError
from laecips_edge.core.settings import SettingError


def test_a_pair_is_put_on_the_engine(tiny_bundle: Bundle) -> None:
    segmenter = EngineSettings().segmenter(tiny_bundle)
    segmenter.self_test()
    assert segmenter.manifest == tiny_bundle.manifest


@pytest.mark.parametrize("providers", [("AbacusExecutionProvider",), ()])
def test_providers_are_asked_for(tiny_bundle: Bundle, providers: tuple[str, ...]) -> None:
    """Which ones there are, the engine knows."""
    settings = EngineSettings(providers=providers)
    with pytest.raises(EngineError, match="no provider"):
        settings.segmenter(tiny_bundle)


@pytest.mark.parametrize(
    ("providers", "line"),
    [
        (("CPUExecutionProvider",), "engine onnxruntime on CPUExecutionProvider in fp32"),
        (
            ("WarpExecutionProvider", "CPUExecutionProvider"),
            "engine onnxruntime on CPUExecutionProvider in fp32, for WarpExecutionProvider is not "
            "installed or does not start",
        ),
    ],
)
def test_the_first_provider_that_is_here_is_taken(
    tiny_bundle: Bundle, providers: tuple[str, ...], line: str
) -> None:
    settings = EngineSettings(providers=providers)
    segmenter = settings.segmenter(tiny_bundle)
    segmenter.self_test()
    assert settings.engine_line(segmenter.device) == line


def test_openvinos_name_of_the_processor() -> None:
    pytest.importorskip("openvino")
    line = EngineSettings(engine="openvino").engine_line("CPU")
    assert line.startswith("engine openvino on CPU in ")
    assert "not installed" not in line


def test_an_engine_that_nobody_knows() -> None:
    with pytest.raises(SettingError, match="parameter engine: 'abacus' is not known: use one of"):
        EngineSettings(engine="abacus")
