"""The player's parameters; what it plays is in test/system/test_player.py."""

from pathlib import Path

import yaml
from laecips_eval.player.player_node import _PARAMETERS

CONFIG = Path(__file__).parents[3] / "config" / "player.yaml"


def test_the_shipped_file_shows_every_parameter_with_its_default() -> None:
    defaults = {name: default for name, default, *_ in _PARAMETERS}
    assert yaml.safe_load(CONFIG.read_text()) == {"/**/player": {"ros__parameters": defaults}}


def test_every_parameter_is_described_and_every_number_has_a_range() -> None:
    for name, default, description, minimum, maximum in _PARAMETERS:
        assert description.endswith("."), name
        if type(default) in (int, float):
            assert minimum <= default <= maximum, name
