import json

import pytest
from laecips_edge.core.bundle.manifest import BundleError, Manifest

FIELDS = {
    "name": "line",
    "version": 3,
    "parent": 2,
    "classes": ("belt", "part"),
    "palette": ((0, 0, 0), (255, 0, 0)),
    "input_size": (96, 128),
    "delta": 0.6,
    "beta": 0.1,
    "quantiles": (0.1, 0.5, 0.9),
    "parent_quantiles": (0.2, 0.3, 0.4),
    "thresholds": {"laecips": 0.6, "spp": 0.8},
    "training": {"seed": 1, "folds": [1, 2]},
}


def manifest_text(**changes: object) -> str:
    content = json.loads(Manifest(**FIELDS).to_json())
    return json.dumps({k: v for k, v in (content | changes).items() if v != "removed"})


def test_round_trip():
    manifest = Manifest(**FIELDS)
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 0}, "version cannot be 0"),
        ({"parent": 3}, "parent cannot be 3"),
        ({"width": 0}, "width cannot be 0"),
        ({"modality": "lidar"}, "modality cannot be 'lidar'"),
        ({"modality": "rgbd"}, "mean cannot be"),
        ({"input_size": (0, 128)}, r"input_size cannot be \(0, 128\)"),
        ({"tiles": (0, 1)}, r"tiles cannot be \(0, 1\)"),
        ({"tiles": (2, 2, 2)}, "tiles cannot be"),
        ({"tiles": (2, 1), "input_size": (98, 128)}, r"tiles cannot be \(2, 1\)"),
        ({"tiles": (1, 2), "input_size": (32, 128)}, r"tiles cannot be \(1, 2\)"),
        ({"std": (1.0, 1.0, 0.0)}, "std cannot be"),
        ({"classes": ("belt", "belt")}, "classes cannot be"),
        ({"palette": ((0, 0, 0),)}, "palette cannot be"),
        ({"palette": ((0, 0, 0), (256, 0, 0))}, "palette cannot be"),
        ({"delta": 1.5}, "delta cannot be 1.5"),
        ({"delta": float("nan")}, "delta cannot be nan"),
        ({"beta": 0.0}, "beta cannot be 0.0"),
        ({"quantiles": (0.5, 0.1)}, "quantiles cannot be"),
        ({"temperature": float("inf")}, "temperature cannot be inf"),
        ({"thresholds": {"spp": float("nan")}}, "thresholds cannot be"),
        ({"schema": 2}, "schema cannot be 2"),
        ({"version": 1.5}, "version cannot be 1.5"),
        ({"version": 2**32}, "version cannot be 4294967296"),
        ({"beta": 10**400}, "beta cannot be 1000"),
        ({"width": float("inf")}, "width cannot be inf"),
        ({"classes": (1, 2)}, r"classes cannot be \(1, 2\)"),
        ({"classes": ("belt", "\ud800")}, "classes cannot be"),
        ({"name": "two\nlines"}, "name cannot be"),
        ({"input_size": (96.5, 128)}, "input_size cannot be"),
        ({"quantiles": ("a", "b")}, "quantiles cannot be"),
        ({"parent_quantiles": (0.5, 0.1, 0.9)}, "parent_quantiles cannot be"),
        ({"parent_quantiles": (0.1, 0.5)}, "parent_quantiles cannot be"),
    ],
)
def test_impossible_values_are_named(changes, message):
    with pytest.raises(BundleError, match=message):
        Manifest(**(FIELDS | changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        pytest.param('{"gate":' + "[" * 900 + "]" * 900 + "}", "not JSON .more than", id="deep"),
        (manifest_text(gate={"iou": float("nan")}), "not JSON .NaN is no number"),
        (manifest_text(colour="red"), "unknown keys colour"),
        (manifest_text(delta="removed"), "missing 1 required .*'delta'"),
        (manifest_text(files=["a"]), "files cannot be"),
        (manifest_text(delta="high"), "delta cannot be 'high'"),
        (manifest_text(classes=["belt", "scratch"]), "classes_hash is"),
        (manifest_text(classes_hash="removed"), "classes_hash is None"),
    ],
)
def test_unreadable_texts(text, message):
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(text)


def test_the_classes_hash_knows_names_and_order():
    one = Manifest(**FIELDS)
    swapped = Manifest(**(FIELDS | {"classes": ("part", "belt")}))
    assert one.classes_hash == Manifest(**(FIELDS | {"version": 9})).classes_hash
    assert one.classes_hash != swapped.classes_hash


@pytest.mark.parametrize(("size", "shape"), [((96, 128), (2, 24, 32)), ((90, 150), (2, 23, 38))])
def test_logits_shape_rounds_up(size, shape):
    assert Manifest(**(FIELDS | {"input_size": size})).logits_shape == shape


def test_logits_of_tiles_are_those_of_the_picture():
    tiled = Manifest(**(FIELDS | {"tiles": (2, 3)}))
    assert tiled.tiling.picture == (160, 320)
    assert tiled.logits_shape == (2, 40, 80)
    assert Manifest.from_json(tiled.to_json()) == tiled
