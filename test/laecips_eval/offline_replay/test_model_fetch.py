"""How new pairs come to the robot of a replay without ROS."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_edge.core.bundle.bundle import DELTA, WEIGHTS, Bundle, write_bundle
from laecips_edge.core.bundle.weights_delta import changed, encode_delta, rounded
from laecips_eval.offline_replay.model_fetch import ModelFetch
from laecips_eval.thin_link.conditions import LinkConditions

SECOND = 10**9
LINK = LinkConditions(rate_bit_s=1e6, delay_s=0.02)


@pytest.fixture
def library(tmp_path: Path, tiny_bundle: Bundle) -> Iterator[ModelLibrary]:
    it = ModelLibrary(tmp_path / "library")
    it.take_in(tiny_bundle)
    yield it
    it.close()


def promote(library: ModelLibrary) -> Bundle:
    """Promote a version whose f has another tensor, with its delta against the version before."""
    parent = Bundle.load(library.folder(library.ledger.offered))
    library.record(lambda ledger: ledger.draw(trained_to=0, now_ns=0)[0])
    version = library.ledger.in_training
    weights = parent.weights("f")
    name = next(key for key, value in weights.items() if value.size > 100)
    before = weights[name].astype(np.float16)
    wish = before.astype(np.float32) + np.sin(np.arange(before.size)).reshape(before.shape)
    change = rounded(before.astype(np.float32), wish, coarseness=1.0)
    before_all = (parent.path / WEIGHTS).read_bytes()
    made = write_bundle(
        library.folder(version),
        manifest=replace(
            parent.manifest,
            version=version,
            parent=parent.manifest.version,
            delta_of=hashlib.sha256(before_all).hexdigest(),
        ),
        graph_f=parent.graph_f,
        graph_h=parent.graph_h,
        weights_f=weights | {name: changed(before, change).astype(np.float32)},
        weights_h=parent.weights("h"),
        agreement=parent.agreement(),
        delta=encode_delta(before_all, {f"f.{name}": change}),
    )
    library.record(lambda ledger: ledger.promote(version, reason="better", train_s=1.0))
    return made


def test_without_a_link_a_version_is_there_when_it_is_offered(library: ModelLibrary) -> None:
    with closing(ModelFetch(library, link=None)) as fetch:
        assert fetch.advance(SECOND) is None  # it has the first version
        promote(library)
        made = promote(library)
        there = fetch.advance(2 * SECOND)
        assert there is not None
        assert there.path == made.path
        assert fetch.advance(3 * SECOND) is None
        assert fetch.swaps == []


def test_over_a_link_the_delta_comes_and_makes_the_same_weights(library: ModelLibrary) -> None:
    with closing(ModelFetch(library, link=LINK)) as fetch:
        made = promote(library)
        assert fetch.advance(SECOND) is None
        late = 1.0 + LINK.ideal_s(fetch_size(fetch, library))
        assert fetch.advance(round(late * SECOND) - 1) is None
        there = fetch.advance(round(late * SECOND))
        assert there is not None
        assert there.path != made.path
        assert (there.path / WEIGHTS).read_bytes() == (made.path / WEIGHTS).read_bytes()
        (swap,) = fetch.swaps
        assert (swap.version, swap.outcome) == (2, "swapped")
        assert swap.transfer_s == pytest.approx(LINK.ideal_s(swap.bytes))
        assert swap.bytes < (made.path / WEIGHTS).stat().st_size / 10
    assert not there.path.exists()


def fetch_size(fetch: ModelFetch, library: ModelLibrary) -> int:
    """What a robot that runs the parent fetches: what changed, and the manifest that says so."""
    folder = library.folder(library.ledger.offered)
    parent = Bundle.load(library.folder(1)).manifest.files
    made = Bundle.load(folder).manifest.files
    new = {name for name, digest in made.items() if parent.get(name) != digest} - {WEIGHTS}
    return sum((folder / name).stat().st_size for name in (*new, "manifest.json"))


def test_what_is_promoted_meanwhile_waits_and_the_newest_of_it_comes_whole(
    library: ModelLibrary,
) -> None:
    with closing(ModelFetch(library, link=LINK)) as fetch:
        promote(library)
        assert fetch.advance(SECOND) is None
        promote(library)
        newest = promote(library)
        assert versions(fetch, 1000 * SECOND) == 2
        assert versions(fetch, 1001 * SECOND) == 0  # on its way
        assert versions(fetch, 5000 * SECOND) == 4
        small, whole = fetch.swaps
        # The robot never had the parent of version 4, so that its delta is of no use.
        assert whole.bytes > (newest.path / WEIGHTS).stat().st_size > 10 * small.bytes


def versions(fetch: ModelFetch, now_ns: int) -> int:
    pair = fetch.advance(now_ns)
    return 0 if pair is None else pair.manifest.version


def test_a_file_that_the_library_has_not_is_an_error(library: ModelLibrary) -> None:
    with closing(ModelFetch(library, link=LINK)) as fetch:
        made = promote(library)
        (made.path / DELTA).unlink()
        with pytest.raises(ValueError, match=f"no file '{DELTA}'"):
            fetch.advance(SECOND)
