import pytest
from laecips_edge.core.frame.camera_settings import numbers_by_camera, refuse_cameras
from laecips_edge.core.settings import SettingError


@pytest.mark.parametrize("names", [(), ("front",), ("front", "rear_2", "B"), ("a_",)])
def test_names_of_cameras(names: tuple[str, ...]) -> None:
    assert refuse_cameras(names) is None


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("2nd",), "'2nd' cannot be a part of a topic's name"),
        (("front", "a/b"), "'a/b' cannot be"),
        (("front left",), "'front left' cannot be"),
        (("a__b",), "'a__b' cannot be"),
        (("front", "rear", "front"), "'front' is there twice"),
    ],
)
def test_what_is_no_name(names: tuple[str, ...], reason: str) -> None:
    assert str(refuse_cameras(names)).startswith(reason)


def test_numbers_of_cameras() -> None:
    found = numbers_by_camera(
        "rates", ["rear=0.5", "front=3"], cameras=["front", "rear", "top"], least=0, most=5
    )
    assert found == {"front": 3.0, "rear": 0.5}


@pytest.mark.parametrize(
    ("texts", "cameras", "message"),
    [
        (["front"], ["front"], "parameter rates: 'front': give NAME=NUMBER"),
        (["front=fast"], ["front"], "parameter rates: 'front=fast': give NAME=NUMBER"),
        (["rear=1"], ["front", "top"], "'rear=1': no camera 'rear': there are front, top"),
        (["rear=1"], [], "no camera 'rear': `cameras` names none"),
        (["front=1", "front=2"], ["front"], "'front=2': front is there twice"),
        (["front=6"], ["front"], "'front=6' is out of range: give 0.5 to 5"),
        (["front=nan"], ["front"], "'front=nan' is out of range"),
    ],
)
def test_what_gives_no_numbers(texts: list[str], cameras: list[str], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        numbers_by_camera("rates", texts, cameras=cameras, least=0.5, most=5.0)
