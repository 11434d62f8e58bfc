"""What every edge network keeps to, and their creation by name."""

import importlib.util
from pathlib import Path

import pytest
import torch
from laecips_cloud.networks import EdgeNetwork, EdgeNetworkError, create_edge_network
from laecips_cloud.networks.edge_network import MOST_STAGES
from laecips_cloud.networks.rfnet import RFNet

SMP = pytest.param(
    "smp:fpn/mobilenet_v2",
    None,
    marks=pytest.mark.skipif(
        importlib.util.find_spec("segmentation_models_pytorch") is None,
        reason="segmentation-models-pytorch is not installed",
    ),
)
EVERY = [("rfnet", 0.125), ("unet", 0.5), ("ddrnet", 0.25), SMP]

PLUGINS = """
import torch
from laecips_cloud.networks import EdgeNetwork

class Pooled(EdgeNetwork):
    def __init__(self, *, classes, variant="8"):
        super().__init__(classes=classes, stride=int(variant))
        self.head = torch.nn.Conv2d(3, classes, 1)

    def logits_at_stride(self, rgb):
        return self.head(torch.nn.functional.avg_pool2d(rgb, 8, ceil_mode=True))

class Large(Pooled):
    def logits_at_stride(self, rgb):
        return torch.nn.functional.avg_pool2d(rgb, 200)

def plain(*, classes):
    return torch.nn.Identity()
"""
ENTRY_POINTS = """
[laecips.edge_networks]
acme_pooled = laecips_test_networks:Pooled
acme_large = laecips_test_networks:Large
acme_plain = laecips_test_networks:plain
acme_missing = laecips_of_nowhere:Network
"""


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody else's, on the path."""
    (tmp_path / "laecips_test_networks.py").write_text(PLUGINS, encoding="utf-8")
    info = tmp_path / "laecips_test_networks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: laecips_test_networks\nVersion: 1.0"
    )
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


def made(architecture: str, width: float | None, *, classes: int = 5) -> EdgeNetwork:
    torch.manual_seed(0)
    return create_edge_network(architecture, classes=classes, width=width)


@pytest.mark.parametrize(("architecture", "width"), EVERY)
@pytest.mark.parametrize("size", [(96, 128), (90, 150), (33, 65)])
def test_logits_have_the_size_of_the_stride(
    architecture: str, width: float | None, size: tuple[int, int]
) -> None:
    network = made(architecture, width).eval()
    rgb = torch.randn(2, 3, *size)
    at_stride = [-(-length // network.stride) for length in size]
    with torch.inference_mode():
        assert network.logits_at_stride(rgb).shape == (2, 5, *at_stride)
        assert network(rgb).shape == (2, 5, *size)


@pytest.mark.parametrize(("architecture", "width"), EVERY)
def test_a_bundle_can_make_it_again(architecture: str, width: float | None) -> None:
    one = made(architecture, width)
    assert one.architecture == architecture
    again = create_edge_network(one.architecture, classes=one.classes, width=one.width)
    again.load_state_dict(one.state_dict())
    rgb = torch.randn(1, 3, 64, 96)
    with torch.inference_mode():
        assert torch.equal(one.eval()(rgb), again.eval()(rgb))


@pytest.mark.parametrize(("architecture", "width"), EVERY)
@pytest.mark.parametrize("frozen", [0, 3, MOST_STAGES])
def test_the_first_stages_keep_their_weights(
    architecture: str, width: float | None, frozen: int
) -> None:
    network = made(architecture, width)
    network.train_all_but(frozen)
    network.logits_at_stride(torch.randn(2, 3, 64, 96)).square().mean().backward()
    stages = [[p for part in stage for p in part.parameters()] for stage in network.stages]
    assert len(stages) == MOST_STAGES
    assert all(p.grad is None for stage in stages[:frozen] for p in stage)
    others = set(network.parameters()).difference(*stages[:frozen])
    assert others.difference(*stages), "the decoder is a stage"
    assert all(p.grad is not None for p in others)


def test_without_a_width_it_is_the_usual_one() -> None:
    assert [made(name, None).width for name in ("rfnet", "unet", "ddrnet")] == [0.5, 1.0, 1.0]


def test_depth_is_an_input_of_rfnet_alone() -> None:
    network = create_edge_network("rfnet", classes=3, width=0.125, depth=True)
    assert isinstance(network, RFNet)
    assert network.depth
    with pytest.raises(EdgeNetworkError, match="edge network unet has no depth, but True was give"):
        create_edge_network("unet", classes=3, depth=True)


@pytest.mark.parametrize(
    ("architecture", "width", "message"),
    [
        (
            "rafnet",
            None,
            r"edge network 'rafnet' is not known: take one of .*ddrnet, rfnet, smp, u",
        ),
        ("", None, "edge network '' is not known"),
        ("rfnet:small", None, "edge network rfnet has no variant, but 'small' was given: leave"),
        ("unet", -1.0, "UNet: classes must be at least 2 and width above 0, got 3 and -1.0"),
        ("acme_pooled", 0.5, "edge network acme_pooled has no width, but 0.5 was given"),
        (
            "acme_pooled:4",
            None,
            r"edge network acme_pooled:4: a picture of 72 x 104 gives logits \[1, 3, 9, 13\], "
            r"stride 4 needs \[1, 3, 18, 26\]; pad the picture, or mend the stride",
        ),
        ("acme_large", None, "edge network acme_large: it cannot run a small picture"),
        ("acme_plain", None, "edge network acme_plain: it is a Identity; derive it from EdgeNet"),
        (
            "acme_missing",
            None,
            "edge network acme_missing: No module named 'laecips_of_nowhere'; install what is mis",
        ),
    ],
)
@pytest.mark.usefixtures("other_package")
def test_what_cannot_be_f_says_so_in_one_line(
    architecture: str, width: float | None, message: str
) -> None:
    with pytest.raises(EdgeNetworkError, match=message) as raised:
        create_edge_network(architecture, classes=3, width=width)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("other_package")
def test_a_network_of_another_package_is_found() -> None:
    network = create_edge_network("acme_pooled", classes=3, width=1.0)
    assert (network.stride, network.width, network.architecture) == (8, 1.0, "acme_pooled")
    network.train_all_but(5)  # it has no stages
    assert all(p.requires_grad for p in network.parameters())
