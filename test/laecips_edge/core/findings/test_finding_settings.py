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
