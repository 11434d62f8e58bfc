from types import SimpleNamespace
from typing import Any

import pytest
from laecips_edge.frame.sub_node import SubNode


def node() -> Any:
    def made(kind: type, topic: str, depth: int) -> tuple[type, str, int]:
        return kind, topic, depth

    return SimpleNamespace(
        create_publisher=made,
        create_subscription=made,
        resolve_topic_name=lambda topic: f"/robot/{topic}",
        get_fully_qualified_name=lambda: "/robot/edge",
        get_clock=lambda: "clock",
    )


@pytest.mark.parametrize(
    ("camera", "topic", "found"),
    [
        ("front", "~/label_map", "~/front/label_map"),
        ("front", "~/overlay/compressed", "~/front/overlay/compressed"),
        ("front", "image", "front/image"),
        ("front", "/diagnostics", "/diagnostics"),
        ("", "~/label_map", "~/label_map"),
        ("", "image", "image"),
    ],
)
def test_topics_are_below_the_cameras_name(camera: str, topic: str, found: str) -> None:
    part = SubNode(node(), camera)
    assert part.create_publisher(int, topic, 3) == (int, found, 3)
    assert part.create_subscription(int, topic, 3) == (int, found, 3)


def test_names_and_all_else_are_the_nodes() -> None:
    part = SubNode(node(), "front")
    assert part.resolve_topic_name("image") == "/robot/front/image"
    assert part.get_fully_qualified_name() == "/robot/edge/front"
    assert part.get_clock() == "clock"
    assert SubNode(node(), "").get_fully_qualified_name() == "/robot/edge"
