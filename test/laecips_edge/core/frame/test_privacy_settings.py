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


def test_what_is_no_polygon_is_told() -> None:
    with pytest.raises(SettingError, match=r"parameter polygons: '0,0 1,0' has 2 corners: give"):
        PrivacySettings(polygons=("0,0 1,0",))
