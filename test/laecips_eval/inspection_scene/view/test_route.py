"""How the robot moves."""

import numpy as np
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.camera import REACH
from laecips_eval.inspection_scene.view.route import Route


def test_the_panel_is_long_enough_for_every_frame() -> None:
    for seed in range(20):
        route = Route(RandomStream(seed), frames=200)
        places = [route.at(index)[0] for index in range(200)]
        assert places[0] >= REACH
        assert places[-1] + REACH <= route.width
        assert np.diff(places).mean() == route.speed or 4 < np.diff(places).mean() < 10
