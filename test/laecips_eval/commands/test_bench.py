import argparse
import json

import pytest
from laecips_eval.commands import bench


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    return parser.parse_args(arguments)


def test_a_bundle_is_measured_shown_and_written(tiny_bundle, tmp_path, capsys):
    target = tmp_path / "out" / "bench.json"
    arguments = ("--only", "inference", "--repeats", "2", "--threads", "1", "--json", str(target))
    assert bench.run(parse("--bundle", str(tiny_bundle.path), *arguments)) == 0
    (row,) = json.loads(target.read_text())["inference"]
    assert row["threads"] == 1
    assert row["h_share"] == pytest.approx(row["h_ms"] / row["f_ms"])
    shown = capsys.readouterr().out
    assert "h share" in shown
    assert "onnxruntime" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bundle", "nowhere"], r"manifest\.json: cannot be read"),
        (["--only", "speed"], "no benchmark 'speed'; there are inference, fusion"),
        (["--repeats", "0"], "--repeats must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_measured(arguments, message):
    with pytest.raises(ValueError, match=message):
        bench.run(parse(*arguments))
