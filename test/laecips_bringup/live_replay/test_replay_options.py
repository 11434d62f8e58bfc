from pathlib import Path

import pytest
from laecips_bringup.live_replay.replay_options import ReplayOptions


def test_a_rate_that_the_player_would_refuse_is_refused_at_once() -> None:
    folder = Path("nowhere")
    with pytest.raises(ValueError, match=r"--rate: 1000.0 is out of range"):
        ReplayOptions(bag=folder, bundle=folder, out=folder, edge={}, rate=1000.0)
