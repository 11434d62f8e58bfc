from pathlib import Path

import pytest
import torch
from laecips_cloud.networks import RFNet
from laecips_cloud.networks.published_checkpoint import CheckpointError, read_state_dict


def network() -> RFNet:
    return RFNet(classes=4, width=0.125)


def saved(path: Path, content: object) -> Path:
    torch.save(content, path / "rfnet.pth")
    return path / "rfnet.pth"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda weights: weights,
        lambda weights: {f"module.{key}": value for key, value in weights.items()},
        lambda weights: {"epoch": 3, "state_dict": weights, "best_pred": 0.5},
        lambda weights: {"state_dict": {f"module.{k}": v for k, v in weights.items()}},
    ],
    ids=["plain", "data-parallel", "nested", "nested data-parallel"],
)
def test_the_forms_that_published_checkpoints_have(tmp_path, wrap):
    weights = network().state_dict()
    read = read_state_dict(saved(tmp_path, wrap(weights)))
    assert read.keys() == weights.keys()
    assert all(torch.equal(read[name], weight) for name, weight in weights.items())


@pytest.mark.parametrize("content", [{"state_dict": "none"}, torch.zeros(3)])
def test_what_holds_no_weights(tmp_path, content):
    with pytest.raises(CheckpointError, match="holds no state dict"):
        read_state_dict(saved(tmp_path, content))


def test_a_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pth: no such file"):
        read_state_dict(tmp_path / "nowhere.pth")


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_truncated_file(tmp_path, size):
    path = saved(tmp_path, network().state_dict())
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CheckpointError, match=r"rfnet\.pth: not a readable checkpoint") as error:
        read_state_dict(path)
    assert "\n" not in str(error.value)


class Attack:
    """What unpickling would run."""

    ran = False

    def __reduce__(self) -> tuple:
        return setattr, (Attack, "ran", True)


def test_a_checkpoint_that_would_run_code(tmp_path):
    path = saved(tmp_path, {"state_dict": network().state_dict(), "args": Attack()})
    with pytest.raises(CheckpointError, match="not a readable checkpoint of tensors"):
        read_state_dict(path)
    assert not Attack.ran
