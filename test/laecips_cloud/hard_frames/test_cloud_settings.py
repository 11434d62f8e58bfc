"""Settings of the cloud node: what they become, and what they must not be."""

from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.settings import SettingError


def test_no_bundle_no_library_and_no_option_by_default() -> None:
    settings = CloudSettings()
    assert settings.bundle_paths() == []
    assert settings.library_path() is None
    assert settings.mask_options == settings.scorer_options == ()


@pytest.mark.parametrize(
    ("parameters", "settings"),
    [
        ({}, CloudSettings()),
        (
            {"mask_options": [""], "providers": ["X"], "threads": 2, "use_sim_time": False},
            CloudSettings(mask_options=(), providers=("X",), threads=2),
        ),
        (
            {
                "mask_generator": "none",
                "class_scorer": "blend",
                "scorer_options": ["model=a=b.onnx", ""],
            },
            CloudSettings(
                mask_generator="none", class_scorer="blend", scorer_options=("model=a=b.onnx",)
            ),
        ),
        (
            {"vote.max_dissent": 1.0, "vote.max_margin": 0.25, "vote.min_quality": 0.5},
            CloudSettings(vote=Vote(max_dissent=1.0, max_margin=0.25, min_quality=0.5)),
        ),
        ({"vote.max_margin": 0.0}, CloudSettings(vote=Vote(max_margin=0.0))),
        # Whether there is one of this name is seen where it is made.
        ({"class_scorer": "mine"}, CloudSettings(class_scorer="mine")),
    ],
)
def test_settings_come_out_of_the_nodes_parameters(
    parameters: dict[str, Any], settings: CloudSettings
) -> None:
    assert CloudSettings.from_parameters(parameters) == settings


def test_the_papers_vote() -> None:
    bounds = {"max_dissent": 1.0, "max_margin": 1.0, "min_quality": 0.0, "min_stability": 0.0}
    told = CloudSettings.from_parameters({f"vote.{name}": value for name, value in bounds.items()})
    assert told.vote == PAPER != CloudSettings().vote


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("mask_options", ["checkpoint"], "'checkpoint' is not NAME=VALUE"),
        ("scorer_options", ["model=x", "flip"], "'flip' is not NAME=VALUE"),
        ("vote.max_dissent", 1.5, "1.5 is out of range: give one from 0.0 to 1.0"),
        ("vote.max_margin", -0.1, "-0.1 is out of range"),
        ("vote.min_quality", 2.0, "2.0 is out of range"),
        ("vote.min_stability", -1.0, "-1.0 is out of range"),
        ("engine", "abacus", "'abacus' is not known: use one of onnxruntime, openvino"),
        ("max_frames", 0, "0 is out of range: give one from 1 to 10000000"),
        ("max_batch", 0, "0 is out of range: give one from 1 to 64"),
        ("max_batch", 65, "65 is out of range"),
        ("batch_window_ms", -1.0, "-1.0 is out of range"),
    ],
)
def test_a_value_that_cannot_be(name: str, value: object, reason: str) -> None:
    with pytest.raises(SettingError, match=f"^parameter {name}: {reason}"):
        CloudSettings.from_parameters({name: value})


def test_folders_are_found_at_home() -> None:
    settings = CloudSettings(bundles=("~/one", "/two"), library="~/library")
    assert settings.bundle_paths() == [Path.home() / "one", Path("/two")]
    assert settings.library_path() == Path.home() / "library"


def test_the_buffers_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "replay.sqlite"
    assert CloudSettings(buffer_path=str(path)).made_buffer_path() == path
    assert path.parent.is_dir()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"parameter buffer_path: .*file cannot be made"):
        CloudSettings(buffer_path=str(tmp_path / "file" / "replay.sqlite")).made_buffer_path()
    with pytest.raises(SettingError, match="parameter buffer_path is empty: give the path of a"):
        CloudSettings(buffer_path="").made_buffer_path()
