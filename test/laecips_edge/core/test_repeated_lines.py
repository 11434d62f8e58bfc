"""Lines of a log that repeat themselves."""

from laecips_edge.core.repeated_lines import AGAIN_S, RepeatedLines


def test_a_line_is_told_once_a_minute_whatever_its_numbers() -> None:
    now_s = 0.0
    lines = RepeatedLines(clock=lambda: now_s)
    assert lines.is_new("truncated after 812 bytes")
    assert not lines.is_new("truncated after 7 bytes")
    assert lines.is_new("neither JPEG nor PNG")
    assert lines.is_new("truncated after 812 bytes", of="r1")
    assert lines.is_new("truncated after 812 bytes", of="r2")
    now_s = AGAIN_S - 0.1
    assert not lines.is_new("truncated after 93 bytes")
    now_s = AGAIN_S
    assert lines.is_new("truncated after 93 bytes")
    assert not lines.is_new("truncated after 93 bytes")


def test_what_is_remembered_is_bounded_and_the_oldest_goes() -> None:
    lines = RepeatedLines(clock=lambda: 0.0)
    names = ["x" * length for length in range(1, 42)]
    assert all(lines.is_new(name) for name in names)
    assert not lines.is_new(names[-1])
    assert lines.is_new(names[0])
