"""Which classes are findings, and what is refused."""

import pytest
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.settings import SettingError

CLASSES = ("panel", "scratch", "dent")


def test_classes_are_found_by_name() -> None:
    assert FindingSettings(classes=("dent", "scratch")).labels(CLASSES) == {1: "scratch", 2: "dent"}
    assert FindingSettings().labels(CLASSES) == {}


def test_an_unknown_class_is_named_with_those_that_there_are() -> None:
    with pytest.raises(SettingError, match=r"'scrach' is no class.*panel, scratch, dent"):
        FindingSettings(classes=("scrach",)).labels(CLASSES)


def test_more_looks_cannot_confirm_than_there_are() -> None:
    with pytest.raises(SettingError, match=r"findings\.confirm and findings\.looks are 6 and 5"):
        FindingSettings(confirm=6)


def test_each_of_several_cameras_has_a_folder_and_a_share_of_its_own() -> None:
    settings = FindingSettings(folder="/data", max_bytes=1_000_000)
    assert settings.of_camera("", cameras=1) == settings
    front = settings.of_camera("front", cameras=2)
    assert (front.folder, front.max_bytes) == ("/data/front", 500_000)
    assert settings.of_camera("front", cameras=50).max_bytes == 100_000
    assert FindingSettings().of_camera("front", cameras=2).folder == ""
