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
    monkeypatch.setattr(hop, "_SECONDS", 0.5)
    monkeypatch.setattr(hop, "_BULK_SECONDS", 1.0)
    monkeypatch.setattr(hop, "CUTS_S", (3.0,))
    monkeypatch.setattr(hop, "LINKS", hop.LINKS[:1])
    figures = {row.figure: row for row in hop.run(calls=3)}
    assert figures["frames lost meanwhile"].value == 0
    assert figures["frames a second, eight at a time"].value > 0
    assert 0 < figures["link used by a model alone, 4 Mbit/s, 40 ms round trip"].value <= 100
    assert figures["answered again after a cut of 3 s"].value > 0
    assert figures["memory of the bridge"].value > 10
