import re

import pytest
from laecips_eval.timed_lines import timed_lines


def test_each_line_has_the_time_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    tell = timed_lines()
    for line in ("drawing", "measuring"):
        tell(line)
    lines = capsys.readouterr().out.splitlines()
    assert [re.fullmatch(r"\[ *\d+:[0-5]\d\] (.*)", line)[1] for line in lines] == [
        "drawing",
        "measuring",
    ]
