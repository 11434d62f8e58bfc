"""Formats by name."""

from laecips_cloud.annotations import FORMAT_NAMES
from laecips_cloud.annotations.formats import FORMATS


def test_command_lines_offer_each_of_them() -> None:
    assert tuple(FORMATS) == FORMAT_NAMES
