"""How a replay was run, and whether two runs are of the same things."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.inference.engines import ENGINE_NAMES, precision_of
from laecips_edge.core.settings import SettingError
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.reports.report import AskedNetwork, PlayedBag, PlayedRun, ReportError, RunSetup
from laecips_eval.reports.run_setup import (
    bag_hash,
    bundle_hash,
    describe_bag,
    require_same_classes,
    require_same_run,
    run_setup,
)


def a_bag(path: Path, *classes: str, shade: int = 0) -> Bag:
    legend = Legend(classes=classes, palette=[(0, 0, 0)] * len(classes))
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        writer.add(encode_jpeg(np.full((8, 8, 3), shade, np.uint8), 90), None)
    return open_bag(path)


def a_run(bag: PlayedBag, setup: RunSetup, **changes: Any) -> PlayedRun:
    """What a live report says of what was run."""
    return PlayedRun(complete=True, bag=bag, setup=setup.model_copy(update=changes))


@pytest.mark.parametrize(
    ("parameters", "policy", "delta"),
    [
        ({"policy": "laecips", "delta": -1.0}, "laecips", 0.5),  # the manifest's
        ({"policy": "sm", "delta": -1.0}, "sm", 0.25),
        ({"policy": "laecips", "delta": 0.125}, "laecips", 0.125),
    ],
)
def test_the_setup_says_what_really_held(
    tiny_bundle: Bundle, parameters: dict[str, Any], policy: str, delta: float
) -> None:
    setup = run_setup(mode="live", rate=1.0, bundle=tiny_bundle, parameters={"edge": parameters})
    assert (setup.policy, setup.delta) == (policy, delta)
    assert setup.bundle.name == "tiny"
    assert setup.bundle.hash == bundle_hash(tiny_bundle)


@pytest.mark.parametrize(
    ("classes", "exception"),
    [
        (("belt", "part", "screw", "scratch"), nullcontext()),
        ((), nullcontext()),  # no truth, nothing to score
        (("road", "sky"), pytest.raises(ValueError, match="truth for the classes road, sky; ")),
    ],
)
def test_a_bundle_for_other_classes(
    tmp_path: Path,
    tiny_bundle: Bundle,
    classes: tuple[str, ...],
    exception: AbstractContextManager[object],
) -> None:
    with exception:
        require_same_classes(a_bag(tmp_path / "bag", *classes), tiny_bundle)


def test_a_report_of_other_things_pins_nothing(tmp_path: Path, tiny_bundle: Bundle) -> None:
    bag = describe_bag(a_bag(tmp_path / "bag"))
    other = describe_bag(a_bag(tmp_path / "other", shade=9))
    setup = run_setup(mode="live", rate=1.0, bundle=tiny_bundle, parameters={"edge": {}})
    require_same_run(a_run(bag, setup), bag=bag, bundle=tiny_bundle)
    with pytest.raises(ReportError, match=r"which is not .*other: replay the same bag"):
        require_same_run(a_run(bag, setup), bag=other, bundle=tiny_bundle)
    drifted = bag.model_copy(update={"drift": "dusk"})
    with pytest.raises(ReportError, match=r"under no drift, this replay under another drift"):
        require_same_run(a_run(bag, setup), bag=drifted, bundle=tiny_bundle)
    for key, value in (
        ("precision", "int8"),
        ("bundle", setup.bundle.model_copy(update={"hash": "0", "path": "elsewhere"})),
        ("network", AskedNetwork(hash="0", path="elsewhere")),
    ):
        with pytest.raises(ReportError, match=r"int8|elsewhere"):
            require_same_run(a_run(bag, setup, **{key: value}), bag=bag, bundle=tiny_bundle)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_the_precision_is_that_of_the_edges_engine(
    tmp_path: Path, tiny_bundle: Bundle, engine: str
) -> None:
    parameters = {"edge": {"engine": engine}, "cloud": {"engine": "onnxruntime"}}
    setup = run_setup(mode="live", rate=1.0, bundle=tiny_bundle, parameters=parameters)
    assert (setup.engine, setup.precision) == (engine, precision_of(engine))
    bag = describe_bag(a_bag(tmp_path / "bag"))
    require_same_run(a_run(bag, setup), bag=bag, bundle=tiny_bundle)
    with pytest.raises(ReportError, match=rf"computed in fp8; here {engine} computes in \w+, so"):
        require_same_run(a_run(bag, setup, precision="fp8"), bag=bag, bundle=tiny_bundle)


def test_a_report_of_an_engine_that_nobody_knows_here(tmp_path: Path, tiny_bundle: Bundle) -> None:
    bag = describe_bag(a_bag(tmp_path / "bag"))
    setup = run_setup(mode="live", rate=1.0, bundle=tiny_bundle, parameters={"edge": {}})
    live = a_run(bag, setup, engine="abacus", parameters={"edge": {"engine": "abacus"}})
    with pytest.raises(SettingError, match="parameter engine: 'abacus' is not known"):
        require_same_run(live, bag=bag, bundle=tiny_bundle)


def test_the_hash_of_a_bag_is_of_what_it_stores(tmp_path: Path) -> None:
    first, second = a_bag(tmp_path / "first"), a_bag(tmp_path / "second", shade=9)
    (file,) = first.path.glob("*.mcap")
    assert bag_hash(first.path) == bag_hash(file) != bag_hash(second.path)
