"""Options of `laecips replay` become parameters of the edge node."""

import argparse

import pytest
from laecips_bringup.commands.replay import add_arguments, edge_parameters


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ([], {}),  # the parameter files have the defaults
        (["--policy", "spp"], {"policy": "spp"}),
        (["--delta", "0", "--seed", "0"], {"delta": 0.0, "seed": 0}),
        (["--audit-rate", "0.5"], {"audit_rate": 0.5}),
    ],
)
def test_only_what_was_given(options: list[str], parameters: dict[str, object]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert edge_parameters(parser.parse_args(["bag", *options])) == parameters
