"""What the log tells once."""

from typing import Any

from laecips_edge.core.frame.health.health import (
    EdgeHealth,
    Level,
    cloud_away,
    images_missing,
    silence,
)
from laecips_edge.core.frame.health.input_watch import InputState
from laecips_edge.core.frame.health.log_news import CloudWatch, LossWatch, News, SilenceWatch

ACTIVE: dict[str, Any] = {"state": "active", "image_topic": "/camera/image"}


def test_each_silence_is_news_once_and_so_is_its_end() -> None:
    watch = SilenceWatch()

    def news(received: int, silent_s: float, state: str = "active") -> News | None:
        known = ACTIVE | {"state": state, "received": received, "silent_s": silent_s}
        return watch.news(EdgeHealth(**known))

    def told(received: int, silent_s: float) -> News:
        return Level.WARN, silence(EdgeHealth(**ACTIVE, received=received, silent_s=silent_s))

    back = (Level.OK, "images are back on /camera/image")
    assert news(0, 4.9) is None
    assert news(0, 5.1) == told(0, 5.1)
    assert news(0, 6.1) is None
    assert news(3, 0.1) == back
    assert news(4, 0.1) is None
    assert news(4, 5.9) == told(4, 5.9)
    assert news(4, 6.9) is None
    assert news(4, 7.9, "inactive") is None
    assert news(0, 0.1) is None  # active again
    assert news(0, 5.5) == told(0, 5.5)


def test_lost_images_are_told_once_and_so_is_their_end() -> None:
    watch = LossWatch()

    def news(lost_share: float, **known: Any) -> News | None:
        images = InputState(lost_share=lost_share, lost_on_the_way=True)
        return watch.news(EdgeHealth(**(ACTIVE | known), images=images))

    assert news(0.04) is None
    assert news(0.5) == (
        Level.WARN,
        images_missing(
            EdgeHealth(**ACTIVE, images=InputState(lost_share=0.5, lost_on_the_way=True))
        ),
    )
    assert news(0.6) is None
    assert news(0.0, silent_s=11.0) is None  # nothing comes at all, which is no cure
    assert news(0.0, silent_s=0.1) == (
        Level.OK,
        "no image of /camera/image is missing any more",
    )
    assert news(0.0) is None
    assert news(0.5) is not None
    assert news(0.0, state="inactive") is None
    assert news(0.0) is None


def test_the_cloud_goes_and_comes_in_one_line_each() -> None:
    now = [0.0]
    watch = CloudWatch(clock=lambda: now[0])

    def news(at: float, fallbacks: int, **known: Any) -> News | None:
        now[0] = at
        return watch.news(EdgeHealth(**ACTIVE, **known), fallbacks=fallbacks)

    away = (Level.WARN, cloud_away(EdgeHealth(**ACTIVE, cloud_present=False)))
    assert news(0, 0, cloud_present=False) is None  # not found yet
    assert news(1, 0) is None
    assert news(10, 5, cloud_works=False, cloud_trouble="late") is None
    assert news(11, 7, cloud_present=False) is None
    assert news(12, 9, cloud_present=False) == away
    assert news(13, 11, cloud_works=False) is None  # still away
    assert news(40, 47) == (
        Level.OK,
        "the cloud is back after 30 s: the robot answered 42 hard frames itself meanwhile",
    )
    assert news(41, 47) is None
    assert news(50, 47, cloud_present=False, cloud_wanted=False) is None


def test_a_stopped_node_tells_nothing_of_the_cloud() -> None:
    now = [0.0]
    watch = CloudWatch(clock=lambda: now[0])
    watch.news(EdgeHealth(**ACTIVE, cloud_present=False), fallbacks=0)
    now[0] = 5.0
    assert watch.news(EdgeHealth(**ACTIVE, cloud_present=False), fallbacks=1) is not None
    assert watch.news(EdgeHealth(state="inactive", cloud_present=False), fallbacks=1) is None
    assert watch.news(EdgeHealth(**ACTIVE), fallbacks=0) is None
