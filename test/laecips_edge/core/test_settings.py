"""Settings: what each may be, checked when they are made, and their names as ROS parameters."""

import re
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.settings import SettingError, Settings, setting


def odd(number: int) -> str | None:
    return f"{number} is odd: give an even one" if number % 2 else None


@dataclass(frozen=True, kw_only=True)
class LensSettings(Settings):
    focus: float = setting(0.5, "Focus.", minimum=0.0, maximum=1.0)
    filters: tuple[str, ...] = setting((), "Filters.", changes="never")


@dataclass(frozen=True, kw_only=True)
class CameraSettings(Settings):
    """One setting of each kind, and one that goes with another."""

    gain: float = setting(1.0, "Gain.", minimum=0.0, maximum=4.0)
    lines: int = setting(480, "Lines.", minimum=2, maximum=4096, check=odd)
    mode: str = setting("auto", "Mode.", choices=("auto", "manual"), changes="unconfigured")
    device: str = setting("", "Device.")
    flash: bool = setting(False, "Flash.")
    lens: LensSettings = field(default_factory=LensSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.flash and self.mode == "auto":
            raise SettingError("parameter flash is true: the mode auto has none")


@dataclass(frozen=True, kw_only=True)
class RobotSettings(Settings):
    camera: CameraSettings = field(default_factory=CameraSettings)


def test_what_is_declared() -> None:
    declared = CameraSettings.declared()
    inside = ["lens.focus", "lens.filters"]
    assert list(declared) == ["gain", "lines", "mode", "device", "flash", *inside]
    assert (declared["gain"].default, declared["gain"].description) == (1.0, "Gain.")
    assert (declared["lines"].minimum, declared["lines"].maximum) == (2, 4096)
    assert declared["mode"].choices == ("auto", "manual")
    assert [declared[name].changes for name in ("gain", "mode", "lens.filters")] == [
        "always",
        "unconfigured",
        "never",
    ]
    assert list(RobotSettings.declared())[-1] == "camera.lens.filters"


@pytest.mark.parametrize("ends", [{}, {"minimum": 0}, {"maximum": 9}])
def test_a_number_has_both_ends(ends: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"Lines\. A number needs a minimum and a maximum"):
        setting(1, "Lines.", **ends)


def test_they_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        CameraSettings().gain = 2.0  # type: ignore[misc]
    with pytest.raises(SettingError, match="gain"):
        replace(CameraSettings(), gain=5.0)


@pytest.mark.parametrize(
    "value",
    [
        {"gain": 0.0},
        {"gain": 4},  # a whole number is a number
        {"lines": 2},
        {"lines": 4096},
        {"mode": "manual", "flash": True},
        {"device": "/dev/video0"},
    ],
)
def test_what_may_be(value: dict[str, Any]) -> None:
    assert CameraSettings(**value) == CameraSettings.from_parameters(value)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("gain", 4.5, "4.5 is out of range: give one from 0.0 to 4.0"),
        ("gain", -0.1, "-0.1 is out of range"),
        ("gain", float("nan"), "nan is out of range"),
        ("gain", float("inf"), "inf is out of range"),
        ("gain", "1e-5", "'1e-5' is not a number"),
        ("gain", True, "True is not a number"),
        ("gain", None, "None is not a number"),
        ("lines", 1.0, "1.0 is not a whole number"),
        ("lines", True, "True is not a whole number"),
        ("lines", 4098, "4098 is out of range: give one from 2 to 4096"),
        ("lines", 3, "3 is odd: give an even one"),
        ("lines", 4099, "4099 is odd"),  # what a check says is closer than a range
        ("mode", "manuel", "'manuel' is not known: use one of auto, manual"),
        ("mode", 3, "3 is not a text"),
        ("flash", 1, "1 is not true or false"),
        ("flash", "true", "'true' is not true or false"),
        ("lens.focus", 2.0, "2.0 is out of range: give one from 0.0 to 1.0"),
        ("lens.filters", "red", "'red' is not a list of texts"),
        ("lens.filters", ["red", 3], "('red', 3) is not a list of texts"),
    ],
)
def test_what_must_not_be_is_told_in_one_line(name: str, value: Any, problem: str) -> None:
    with pytest.raises(SettingError, match=re.escape(f"parameter {name}: {problem}")):
        CameraSettings.from_parameters({name: value})
    if "." not in name:
        with pytest.raises(SettingError, match=re.escape(f"parameter {name}: {problem}")):
            CameraSettings(**{name: value})


def test_what_does_not_go_together() -> None:
    for make in (CameraSettings.from_parameters, lambda values: CameraSettings(**values)):
        with pytest.raises(SettingError, match="parameter flash is true: the mode auto has none"):
            make({"flash": True})


def test_names_have_a_dot_for_each_class_inside() -> None:
    found = RobotSettings.from_parameters({"camera.gain": 2.0, "camera.lens.focus": 0.25})
    assert found.camera == CameraSettings(gain=2.0, lens=LensSettings(focus=0.25))
    with pytest.raises(SettingError, match=r"parameter camera\.lens\.focus: 2\.0 is out of range"):
        RobotSettings.from_parameters({"camera.lens.focus": 2.0})


@pytest.mark.parametrize(
    ("given", "filters"),
    [([""], ()), ([], ()), (["", "red", ""], ("red",)), (("red", "blue"), ("red", "blue"))],
)
def test_one_empty_text_stands_for_an_empty_list(given: Any, filters: tuple[str, ...]) -> None:
    assert LensSettings.from_parameters({"filters": given}).filters == filters


def test_what_is_of_others_is_left_alone() -> None:
    others = {"use_sim_time": True, "focus": 0.1, "lens": 3, "lens.zoom": 2, "gain.focus": 1}
    assert CameraSettings.from_parameters(others) == CameraSettings()


texts = st.text(min_size=1)
lenses = st.builds(
    LensSettings, focus=st.floats(0, 1), filters=st.lists(texts, max_size=3).map(tuple)
)
cameras = st.builds(
    CameraSettings,
    gain=st.floats(0, 4),
    lines=st.integers(1, 2048).map(lambda half: 2 * half),
    mode=st.sampled_from(["auto", "manual"]),
    device=st.text(),
    lens=lenses,
)


@given(cameras)
def test_as_parameters_and_back(camera: CameraSettings) -> None:
    values = camera.as_parameters()
    assert list(values) == list(CameraSettings.declared())
    assert all(value != [] for value in values.values())  # ROS would lose its type
    assert CameraSettings.from_parameters(values) == camera


@given(st.floats() | st.integers() | st.booleans() | st.text() | st.lists(st.text()) | st.none())
def test_any_value_is_taken_or_refused_in_one_line(value: Any) -> None:
    """By each kind of setting, and in the words that begin with it."""
    for name, one in CameraSettings.declared().items():
        problem = one.problem(value)
        assert problem is None or problem.startswith(repr(value))
        if problem is None and one.maximum is not None:
            assert one.minimum <= value <= one.maximum, name
        if problem is not None:
            assert len(problem.splitlines()) == 1


def test_a_path_that_must_be_given() -> None:
    settings = CameraSettings(device="~/video")
    assert settings.path("device", what="a device").is_absolute()
    with pytest.raises(SettingError, match="parameter device is empty: give a device"):
        CameraSettings().path("device", what="a device")
