"""The page, from measurements; and what the command refuses before a training."""

from pathlib import Path

import pytest
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.experiments.edge_networks.measure import MeasuredNetwork
from laecips_eval.experiments.edge_networks.run import (
    accuracy_table,
    cost_table,
    run_edge_networks,
)


def measured(bundle: Bundle, *, f_ms: float) -> MeasuredNetwork:
    drive = {"day": 0.5, "dusk": f_ms / 100}
    return MeasuredNetwork(
        bundle=bundle, held_out=0.7, drifted=0.61, drive=drive, f_ms=f_ms, h_ms=2.0
    )


def test_tables(tiny_bundle: Bundle) -> None:
    rows = [measured(tiny_bundle, f_ms=20.0), measured(tiny_bundle, f_ms=10.0)]
    assert accuracy_table(rows).splitlines() == [
        "| network | held out | drifted | day | dusk |",
        "| --- | --- | --- | --- | --- |",
        "| `rfnet`, width 0.125 | 0.700 | 0.610 | 0.500 | 0.200 |",
        "| `rfnet`, width 0.125 | 0.700 | 0.610 | 0.500 | 0.100 |",
    ]
    head, _, one, two = cost_table(rows).splitlines()
    assert head == "| network | stride | weights of f | time of f | time of f and h | update |"
    update = f"{rows[0].update_bytes / 1e6:.1f} MB"
    assert one == f"| `rfnet`, width 0.125 | 4 | 0.19 M | 1.00 | 1.10 | {update} |"
    assert two == f"| `rfnet`, width 0.125 | 4 | 0.19 M | 0.50 | 0.60 | {update} |"


def test_an_unknown_network_fails_before_a_training(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="edge network 'rafnet' is not known"):
        run_edge_networks(
            tmp_path / "page.md", models=tmp_path / "models", seconds=1, networks=["unet", "rafnet"]
        )
    assert list(tmp_path.iterdir()) == []


def test_no_time_is_no_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert main(["experiment", "edge-networks", "--seconds", "0", "-o", str(page)]) == 2
    assert (
        "laecips experiment: experiment edge-networks: give one number above 0 for --seconds"
        in capsys.readouterr().err
    )


def test_networks_are_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert main(["experiment", "edge-networks", "--networks", "rafnet", "-o", str(page)]) == 2
    assert "edge network 'rafnet' is not known" in capsys.readouterr().err
