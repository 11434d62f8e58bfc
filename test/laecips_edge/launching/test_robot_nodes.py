"""Edge node and bridge, as they are described."""

from pathlib import Path
from typing import Any

import pytest
from laecips_edge.launching.robot_nodes import bridge, cloud_remappings, edge


def asked(**arguments: Any) -> dict[str, Any]:
    """The values of the last layer, which win."""
    last = edge(**arguments).parameters[-1]
    return dict(last) if isinstance(last, dict) else {}


def test_the_edge_listens_to_both_transports_of_another_camera() -> None:
    assert edge(image_topic="/camera/image").remappings == {
        "image": "/camera/image",
        "image/compressed": "/camera/image/compressed",
    }
    assert edge().remappings == {}


def test_a_topic_that_ends_with_its_transport_says_it() -> None:
    spec = edge(image_topic="/cam/image_raw/compressed")
    assert spec.remappings["image/compressed"] == "/cam/image_raw/compressed"
    assert asked(image_topic="/cam/image_raw/compressed") == {"image_transport": "compressed"}
    assert asked(image_topic="/cam/image_raw") == {}


def test_several_cameras_have_a_topic_each() -> None:
    spec = edge(cameras="front=/f,rear")
    assert spec.remappings == {"front/image": "/f", "front/image/compressed": "/f/compressed"}
    assert asked(cameras="front=/f,rear") == {"cameras": ["front", "rear"]}


def test_an_unknown_transport_is_refused() -> None:
    with pytest.raises(ValueError, match="'theora' is unknown: use one of raw, compressed"):
        edge(image_transport="theora")


def test_a_transport_that_is_not_the_topics_is_refused() -> None:
    with pytest.raises(ValueError, match="image_transport is raw, and /c/compressed is compressed"):
        edge(image_topic="/c/compressed", image_transport="raw")


def test_one_topic_for_named_cameras_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("/**/edge: {ros__parameters: {cameras: [front, rear]}}")
    with pytest.raises(ValueError, match="the parameter file names the cameras front, rear"):
        edge(image_topic="/cam/image", params_file=str(file))
    assert edge(params_file=str(file)).remappings == {}
    assert edge(cameras="left=/l", params_file=str(file)).remappings["left/image"] == "/l"


def test_what_is_asked_and_what_is_usual() -> None:
    spec = edge(bundle="/b", usual_bundle="/u", robot="r1", usual_robot="host", engine="openvino")
    *_, usual, last = spec.parameters
    assert usual == {"bundle": "/u", "robot": "host", "engine": "openvino"}
    assert last == {"bundle": "/b", "robot": "r1"}


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("", {}),
        ("segment", {"segment_hard_frame": "segment"}),
        (
            "/plant/segment",
            {
                "segment_hard_frame": "/plant/segment",
                "model_update": "/plant/model_update",
                "model_report": "/plant/model_report",
                "get_model": "/plant/get_model",
            },
        ),
        (
            "/segment_hard_frame",
            {
                "segment_hard_frame": "/segment_hard_frame",
                "model_update": "/model_update",
                "model_report": "/model_report",
                "get_model": "/get_model",
            },
        ),
    ],
)
def test_a_cloud_in_another_namespace_with_its_trainer_beside_it(
    service: str, found: dict[str, str]
) -> None:
    assert cloud_remappings(service) == edge(cloud_service=service).remappings == found


def test_a_bridge_has_no_engine_and_sees_no_pictures() -> None:
    spec = bridge(address="a:1, b:2", certificates="/c", engine="openvino")
    assert spec.parameters[1:] == ({"addresses": ["a:1", "b:2"], "certificates": "/c"},)
    assert not spec.pictures
