import numpy as np
import pytest
from laecips_edge.core.routing.miners import MINER_NAMES, create_miner
from numpy.typing import NDArray


def logits_of(*pixels: list[float]) -> NDArray[np.float32]:
    """Logits [M, 1, pixels] whose softmax is the given probabilities."""
    return np.log(np.array(pixels, np.float32)).T[:, None, :]


def never(logits: NDArray[np.float32]) -> float:
    raise AssertionError("this miner has no use for h")


PEAKED, SPREAD, TIED = [0.96, 0.02, 0.02], [0.5, 0.3, 0.2], [0.4, 0.4, 0.2]


@pytest.mark.parametrize(
    ("name", "pixels", "expected"),
    [
        ("spp", [PEAKED], 0.96),
        ("spp", [PEAKED, SPREAD], 0.73),
        ("spp", [TIED], 0.4),
        ("sm", [PEAKED], 0.94),
        ("sm", [PEAKED, SPREAD], 0.57),
        ("sm", [TIED], 0.0),
        ("mess", [PEAKED, SPREAD, SPREAD, SPREAD], 0.25),
        ("mess", [SPREAD, TIED], 0.0),
        ("mess", [[0.89, 0.11, 1e-9], [0.91, 0.09, 1e-9]], 0.5),
        ("eiou", [[1.0, 1e-9, 1e-9], [1e-9, 1.0, 1e-9]], 1.0),
        ("eiou", [[0.9, 0.1, 1e-9], [0.8, 0.2, 1e-9]], 1.7 / 2.0),  # only the class it names counts
        ("eiou", [[1.0, 1e-9, 1e-9], [0.4, 0.6, 1e-9]], (1 / 1.4 + 0.6) / 2),
        # One pixel in doubt of a hundred: half of the mean.
        ("eiou", [[1.0, 1e-9, 1e-9]] * 99 + [[0.4, 0.6, 1e-9]], (99 / 99.4 + 0.6) / 2),
        ("edge", [SPREAD], 1.0),
        ("cloud", [PEAKED], 0.0),
    ],
)
def test_confidence_of_the_baselines(name: str, pixels: list[list[float]], expected: float) -> None:
    trust = create_miner(name).trust(logits_of(*pixels), h=never, stamp_ns=0)
    assert trust == pytest.approx(expected, abs=1e-6)


def test_laecips_asks_h_about_these_logits() -> None:
    asked = []

    def trust(logits: NDArray[np.float32]) -> float:
        asked.append(logits)
        return 0.25

    logits = logits_of(PEAKED)
    assert create_miner("laecips").trust(logits, h=trust, stamp_ns=0) == 0.25
    assert len(asked) == 1
    assert asked[0] is logits


def test_appealnet_takes_what_f_says_of_its_own_answer() -> None:
    miner = create_miner("appealnet")
    assert miner.trust(logits_of(PEAKED), h=never, stamp_ns=0, q=0.75) == 0.75
    with pytest.raises(ValueError, match="f has no predictor head; give a bundle of `laecips tra"):
        miner.trust(logits_of(PEAKED), h=never, stamp_ns=0)


def test_random_depends_on_seed_and_stamp_only() -> None:
    def draw(seed: int, stamp_ns: int, pixel: list[float]) -> float:
        miner = create_miner("random", seed=seed)
        return miner.trust(logits_of(pixel), h=never, stamp_ns=stamp_ns)

    assert draw(0, 5, PEAKED) == draw(0, 5, SPREAD)
    assert len({draw(0, 5, PEAKED), draw(1, 5, PEAKED), draw(0, 6, PEAKED)}) == 3


@pytest.mark.parametrize("name", MINER_NAMES)
@pytest.mark.parametrize("classes", [1, 2, 11])
def test_every_miner_stays_in_range(name: str, classes: int) -> None:
    logits = np.random.default_rng(0).normal(0, 8, (classes, 6, 5)).astype(np.float32)
    trust = create_miner(name).trust(logits, h=lambda _: 0.5, stamp_ns=3, q=0.5)
    assert 0.0 <= trust <= 1.0


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="no miner named 'best': use one of laecips, appealnet, edge"
    ):
        create_miner("best")
