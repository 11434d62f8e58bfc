"""What the edge node is told to blank."""

import pytest
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.privacy_settings import PrivacySettings
from laecips_edge.core.settings import SettingError


def test_usually_nothing_is_blanked() -> None:
    assert not EdgeSettings.from_parameters({"privacy.polygons": [""]}).privacy.blanking()


def test_polygons_and_regions_of_interest() -> None:
    settings = EdgeSettings.from_parameters(
        {
            "privacy.polygons": ["0,0 0.5,0 0.5,0.5 0,0.5", "0.9,0.9 1,0.9 1,1"],
            "privacy.region_of_interest": ["0,0 1,0 1,0.75 0,0.75"],
        }
    )
    mask = settings.privacy.blanking().mask((100, 100))
    assert (mask[25, 25], mask[90, 50], mask[25, 75]) == (1, 1, 0)


def test_of_several_cameras_each_has_its_own_and_those_of_all() -> None:
    everywhere, front = "0,0 1,0 1,0.1 0,0.1", "front=0,0 0.5,0 0.5,1 0,1"
    settings = EdgeSettings.from_parameters(
        {
            "cameras": ["front", "rear"],
            "privacy.polygons": [everywhere, front],
            "privacy.region_of_interest": ["rear=0,0 1,0 1,0.8 0,0.8"],
        }
    )
    masks = {name: settings.privacy.blanking(name).mask((100, 100)) for name in settings.cameras}
    assert [masks["front"][row, 20] for row in (5, 50, 90)] == [1, 1, 1]
    assert [masks["front"][row, 80] for row in (5, 50, 90)] == [1, 0, 0]
    assert [masks["rear"][row, 20] for row in (5, 50, 90)] == [1, 0, 1]


def test_a_polygon_for_no_camera_is_told() -> None:
    values = {"cameras": ["front"], "privacy.polygons": ["rear=0,0 1,0 1,1"]}
    with pytest.raises(SettingError, match="parameter privacy: no camera 'rear': `cameras` has to"):
        EdgeSettings.from_parameters(values)


def test_what_is_no_polygon_is_told() -> None:
    with pytest.raises(SettingError, match=r"parameter polygons: '0,0 1,0' has 2 corners: give"):
        PrivacySettings(polygons=("0,0 1,0",))
