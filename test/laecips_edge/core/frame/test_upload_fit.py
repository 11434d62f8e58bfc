import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.frame.upload_fit import UploadFit
from laecips_edge.core.image.codecs import encode_jpeg


def file(quality: int, scale: float) -> bytes:
    """A picture of 100 kB at quality 100."""
    return bytes(round(1000 * quality * scale * scale))


@pytest.mark.parametrize(
    ("most_bytes", "most_quality", "quality", "scale"),
    [
        (200_000, 90, 90, 1.0),
        (75_000, 90, 70, 1.0),
        (75_000, 30, 30, 1.0),  # never above what the user set
        (40_000, 90, 40, 1.0),
        (39_000, 90, 40, 0.75),
        (12_000, 90, 40, 0.5),
        (2_000, 90, 40, 0.5),  # the smallest there is
    ],
)
def test_the_best_that_fits(most_bytes: int, most_quality: int, quality: int, scale: float) -> None:
    fit = UploadFit(0.5)
    fit.arrived(2 * most_bytes, 2.0, deadline_s=2.0)
    assert fit.most_bytes == most_bytes
    for _ in range(15):
        sent = fit.encode(file, most_quality=most_quality)
    assert (sent.quality, sent.scale, sent.data) == (quality, scale, file(quality, scale))


def test_with_depth_the_size_stays() -> None:
    fit = UploadFit(0.5)
    fit.missed(100)
    assert fit.encode(file, most_quality=90, smaller=False).scale == 1.0


@pytest.mark.parametrize("rate", [20_000, 60_000, 500_000])
def test_it_settles_where_the_link_carries_it_in_its_share(rate: int) -> None:
    """On a link of 40 ms round trip, by a deadline of 2 s of which the half is for the way."""
    fit, took = UploadFit(0.5), list[float]()
    for _ in range(60):
        sent = fit.encode(file, most_quality=90)
        took.append(0.04 + len(sent.data) / rate)
        fit.arrived(len(sent.data), took[-1], deadline_s=2.0)
    assert max(took[5:]) <= 1.3
    assert min(took[30:]) >= min(0.5, 0.04 + 90_000 / rate)


def test_after_a_bad_time_the_quality_comes_back() -> None:
    fit = UploadFit(0.5)
    fit.missed(90_000)
    fit.missed(90_000)
    assert fit.encode(file, most_quality=90).quality < 90
    for _ in range(40):
        sent = fit.encode(file, most_quality=90)
        fit.arrived(len(sent.data), 0.05, deadline_s=2.0)
    assert sent.quality == 90


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=30), st.integers(1, 100))
def test_whatever_the_link_does_something_is_sent(
    steps: list[tuple[float, bool]], most_quality: int
) -> None:
    fit = UploadFit(0.3)
    for took, missed in steps:
        sent = fit.encode(file, most_quality=most_quality)
        assert 1 <= sent.quality <= most_quality
        if missed:
            fit.missed(len(sent.data))
        else:
            fit.arrived(len(sent.data), took, deadline_s=2.0)
        assert fit.most_bytes > 0


def test_real_pictures_become_smaller_rung_by_rung() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    fit, sizes = UploadFit(0.5), []
    for _ in range(12):
        sent = fit.encode(lambda quality, scale: encode_jpeg(rgb, quality), most_quality=90)
        sizes.append(len(sent.data))
        fit.missed(sizes[-1])
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 2
