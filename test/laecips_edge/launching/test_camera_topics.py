import pytest
from laecips_edge.launching.camera_topics import camera_topics


def test_one_camera() -> None:
    found = camera_topics("/camera/image", "", "")
    assert (found.names, found.transport) == ((), "")
    assert found.remappings == {
        "image": "/camera/image",
        "image/compressed": "/camera/image/compressed",
    }
    assert camera_topics("image", "", "").remappings == {}


def test_several_cameras() -> None:
    found = camera_topics("image", "raw", "front=/front_cam/image_raw, rear ,top=roof")
    assert (found.names, found.transport) == (("front", "rear", "top"), "raw")
    assert found.remappings == {
        "front/image": "/front_cam/image_raw",
        "front/image/compressed": "/front_cam/image_raw/compressed",
        "top/image": "roof",
        "top/image/compressed": "roof/compressed",
    }


def test_topics_that_end_with_their_transport_say_it() -> None:
    found = camera_topics("image", "", "front=/a/compressed,rear=/b/compressed")
    assert found.transport == "compressed"
    assert found.bases == {"front": "/a", "rear": "/b"}
    assert camera_topics("/cam/compressed", "", "").transport == "compressed"


@pytest.mark.parametrize(
    ("image_topic", "transport", "cameras", "message"),
    [
        ("image", "theora", "", "'theora' is unknown: use one of raw, compressed"),
        ("image", "", "front,a/b", "cameras: 'a/b' cannot be a part of a topic's name"),
        ("image", "", "front,front=/a", "cameras: 'front' is there twice"),
        ("/cam", "", "front", "image_topic and cameras: give one of them"),
        ("image", "", "a=/x/compressed,b=/y", "cameras: a is compressed and b is not"),
    ],
)
def test_what_cannot_be(image_topic: str, transport: str, cameras: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        camera_topics(image_topic, transport, cameras)
