import pytest
from laecips_edge.core.frame.frame import Frame
from laecips_edge.core.image.picture import Picture


def frame(camera: str, stamp_ns: int = 5) -> Frame:
    picture = Picture(None, compressed=False)
    return Frame(
        number=1, stamp_ns=stamp_ns, frame_id="", picture=picture, received_s=0.0, camera=camera
    )


def test_a_robot_of_one_camera_draws_by_the_stamp() -> None:
    assert frame("").draw_ns == 5


@pytest.mark.parametrize("stamp_ns", [0, 5, 2**62, -(2**62)])
def test_cameras_that_are_triggered_together_draw_apart(stamp_ns: int) -> None:
    drawn = {frame(camera, stamp_ns).draw_ns for camera in ("", "front", "rear")}
    assert len(drawn) == 3
    assert all(-(2**63) <= each < 2**63 for each in drawn)
