from pathlib import Path

import pytest
import torch
from laecips_cloud.networks import RFNet
from laecips_cloud.networks.published_checkpoint import CheckpointError, load_checkpoint


def network(seed: int = 0, **options: object) -> RFNet:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return RFNet(**({"classes": 4, "width": 0.125} | options))


def saved(path: Path, content: object) -> Path:
    torch.save(content, path / "rfnet.pth")
    return path / "rfnet.pth"


def same(a: RFNet, b: RFNet) -> bool:
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


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
    source, target = network(1), network(2)
    load_checkpoint(saved(tmp_path, wrap(source.state_dict())), target)
    assert same(source, target)


def without(weights: dict, *parts: str) -> dict:
    return {k: v for k, v in weights.items() if not any(part in k for part in parts)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda weights: without(weights, "logits.conv"),
            r"rfnet\.pth: logits\.conv\.weight missing, none unexpected for RFNet; take",
        ),
        (
            lambda weights: without(weights, "layer1"),
            r"backbone\.layer1\.0\.conv1\.weight, .*, \.\.\. \(48 in all\) missing",
        ),
        (
            lambda weights: weights | {"head.bias": torch.zeros(1)},
            r"none missing, head\.bias unexpected",
        ),
        (
            lambda weights: weights | {"logits.conv.weight": torch.zeros(19, 16, 3, 3)},
            r"logits\.conv\.weight is \[19, 16, 3, 3\], RFNet has \[4, 16, 3, 3\] \(1 such\)",
        ),
        (lambda weights: {"state_dict": "none"}, "holds no state dict"),
        (lambda weights: torch.zeros(3), "holds no state dict"),
    ],
)
def test_what_does_not_fit_is_named_and_changes_nothing(tmp_path, change, message):
    target = network(2)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(saved(tmp_path, change(network(1).state_dict())), target)
    assert same(target, network(2))


def test_a_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pth: no such file"):
        load_checkpoint(tmp_path / "nowhere.pth", network())


@pytest.mark.parametrize("size", [0, 100, -1])
def test_a_truncated_file(tmp_path, size):
    path = saved(tmp_path, network(1).state_dict())
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(CheckpointError, match=r"rfnet\.pth: not a readable checkpoint") as error:
        load_checkpoint(path, network())
    assert "\n" not in str(error.value)


class Attack:
    """What unpickling would run."""

    ran = False

    def __reduce__(self) -> tuple:
        return setattr, (Attack, "ran", True)


def test_a_checkpoint_that_would_run_code(tmp_path):
    path = saved(tmp_path, {"state_dict": network(1).state_dict(), "args": Attack()})
    with pytest.raises(CheckpointError, match="not a readable checkpoint of tensors"):
        load_checkpoint(path, network())
    assert not Attack.ran
