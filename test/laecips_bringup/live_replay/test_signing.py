from pathlib import Path

import pytest
from laecips_bringup.live_replay.signing import signing_parameters
from laecips_edge.core.signing.signing_key import SigningKey


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_robot_and_trainer_have_this_machines_key() -> None:
    trainer, edge = signing_parameters("")
    path = Path(str(trainer["signing_key"]))
    assert edge == {"update_keys": [SigningKey.read(path).public.hex()]}
    assert signing_parameters("") == (trainer, edge)


@pytest.mark.parametrize(
    ("content", "ours"),
    [
        ("/**/edge:\n  ros__parameters:\n    update_keys: [k.pub]", False),
        ("/**/trainer:\n  ros__parameters:\n    signing_key: k.key", False),
        ("/**/edge:\n  ros__parameters:\n    jpeg_quality: 80", True),
    ],
)
def test_a_file_that_names_a_key_decides(tmp_path, content, ours):
    mine = tmp_path / "mine.yaml"
    mine.write_text(content)
    assert signing_parameters(str(mine)) == (signing_parameters("") if ours else ({}, {}))
