"""The table of figures; each is measured once, quickly."""

import pytest
from laecips_eval.benchmarks.bridge import hop
from laecips_eval.thin_link.namespaces import Namespace

pytestmark = pytest.mark.system


def test_all_figures_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        Namespace().close()
    except OSError as error:
        pytest.skip(f"no network namespaces here: {error}")
    monkeypatch.setattr(hop, "_SECONDS", 4.0)
    figures = {row.figure: row for row in hop.run(calls=3)}
    assert figures["frames lost meanwhile"].value == 0
    assert figures["frames a second, eight at a time"].value > 0
    assert 0 < figures["link used by a model alone"].value <= 100
    assert figures["memory of the bridge"].value > 10
