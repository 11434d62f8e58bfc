"""Options that replay and demo have: what was given, and what is told before anything starts."""

import argparse
from pathlib import Path

import pytest
from laecips_bringup.commands.run_options import add_run_arguments, check, edge_parameters


def parsed(*options: str, out: Path = Path("out")) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_run_arguments(parser, out=out)
    return parser.parse_args(options)


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ([], {}),  # the parameter files have the defaults
        (["--policy", "spp"], {"policy": "spp"}),
        (["--delta", "0", "--seed", "0"], {"delta": 0.0, "seed": 0}),
        (["--audit-rate", "0.5"], {"audit_rate": 0.5}),
        (["--upload-budget", "0.35"], {"upload_budget": 0.35}),
    ],
)
def test_only_what_was_given(options: list[str], parameters: dict[str, object]) -> None:
    assert edge_parameters(parsed(*options)) == parameters


def test_what_a_parameter_file_says_in_vain_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "/**/edge: {ros__parameters: {upload_budgt: 0.2}}\n"
        "/**/egde: {ros__parameters: {policy: spp}}\n",
        encoding="utf-8",
    )
    check(parsed("--params-file", str(mine), out=tmp_path / "out"))
    assert capsys.readouterr().out.splitlines() == [
        f"note: {mine}: edge has no parameter upload_budgt, it is ignored: did you mean "
        "upload_budget?",
        f"note: {mine}: section /**/egde is of no node here, it is ignored: did you mean /**/edge?",
    ]
