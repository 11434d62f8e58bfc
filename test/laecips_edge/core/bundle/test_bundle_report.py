"""What people read of bundles; `laecips bundle` prints it."""

from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.bundle_report import (
    SHOWN_LAYERS,
    describe,
    differences,
    find_bundles,
    table,
    verdict,
)
from laecips_edge.core.signing.signature_file import write_signature
from laecips_edge.core.signing.signing_key import SigningKey
from made_bundles import hollow, manifest_sha256


def value(text, key):
    """What stands behind a key."""
    (line,) = [line for line in text.splitlines() if line.startswith(key)]
    return line.removeprefix(key).strip()


# Which there are


def test_all_below_a_folder_are_found_the_newest_first_and_the_broken_last(tmp_path):
    for place, version in (("b", 2), ("a/deep/er", 10), ("c", 2)):
        hollow(tmp_path / place, version)
    hollow(tmp_path / ".hidden" / "d", 11)
    (tmp_path / "0 broken").mkdir()
    (tmp_path / "0 broken" / "manifest.json").write_text("{")
    (tmp_path / "no bundle").mkdir()
    found = find_bundles(tmp_path)
    assert [str(one.path.relative_to(tmp_path)) for one in found] == [
        "a/deep/er",
        "b",
        "c",
        "0 broken",
    ]
    assert [one.manifest and one.manifest.version for one in found] == [10, 2, 2, None]
    assert [bool(one.problem) for one in found] == [False, False, False, True]
    assert found[3].bytes == 1


def test_a_folder_may_be_a_bundle_itself(tmp_path):
    bundle = hollow(tmp_path / "it")
    (one,) = find_bundles(bundle.path)
    assert (one.path, one.manifest) == (bundle.path, bundle.manifest)
    assert one.bytes == sum(path.stat().st_size for path in bundle.path.iterdir())
    assert table([one], root=bundle.path).splitlines()[1].endswith(" .")


def test_no_folder_is_told(tmp_path):
    with pytest.raises(ValueError, match="nowhere is not a folder; give one with bundles"):
        find_bundles(tmp_path / "nowhere")


def test_columns_stand_below_their_headings(tmp_path):
    hollow(tmp_path / "short", 9, parent=8, delta=0.25)
    hollow(tmp_path / "a longer name", 1000, name="a line", gate={"promoted": False})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("[]")
    headings, *rows = table(find_bundles(tmp_path), root=tmp_path).splitlines()
    cells = {
        name: [row[headings.index(name) :].split("  ")[0].strip() for row in rows]
        for name in ("version", "parent", "delta", "gate", "name", "folder")
    }
    assert cells == {
        "version": ["1000", "9", "?"],
        "parent": ["-", "8", ""],
        "delta": ["0.5000", "0.2500", ""],
        "gate": ["failed", "-", ""],
        "name": ["a line", "line", "manifest: not a JSON object; fetch the bundle again"],
        "folder": ["a longer name", "short", "broken"],
    }
    assert [line for line in (headings, *rows) if line != line.rstrip()] == []


def test_an_empty_folder_has_headings_only(tmp_path):
    assert len(table(find_bundles(tmp_path), root=tmp_path).splitlines()) == 1


@pytest.mark.parametrize(
    ("gate", "word"),
    [
        ({}, "-"),
        ({"miou": 0.5}, "measured"),
        ({"promoted": True}, "passed"),
        ({"promoted": False, "reason": "worse"}, "failed"),
    ],
)
def test_the_gates_verdict(tmp_path, gate, word):
    assert verdict(hollow(tmp_path / "it", gate=gate).manifest) == word


# What one is


def test_a_description_has_what_decides_about_frames_first(tmp_path):
    bundle = hollow(
        tmp_path / "it",
        3,
        parent=2,
        width=0.5,
        delta=0.625,
        thresholds={"spp": 0.9, "laecips": 1 / 3},
        temperature=1.23456,
        weights_f={"a": np.zeros((400, 5), np.float32), "b": np.zeros(7, np.float32)},
        gate={"promoted": True, "iou": {"part": 0.51234567, "belt": 1.0}, "held": [1, 2]},
        training={"data_set": "inspection", "seed": None},
    )
    text = describe(bundle)
    lines = text.splitlines()
    assert lines[0] == "line version 3, trained from version 2"
    assert value(text, "folder") == str(bundle.path)
    assert value(text, "classes") == f"2 ({bundle.manifest.classes_hash}): belt, part"
    assert value(text, "f  ") == "rfnet, width 0.5, rgb, 32 x 32, stride 4"
    assert value(text, "h  ") == "width 1, beta 0.1"
    assert value(text, "delta") == "0.6250"
    assert value(text, "thresholds") == "laecips 0.3333, spp 0.9"
    assert value(text, "temperature") == "1.235"
    assert value(text, "parameters") == "2,007 in f, 3 in h"
    gate = lines.index("gate          passed")
    assert [line.split() for line in lines[gate + 1 : gate + 6]] == [
        ["held", "1,", "2"],
        ["iou"],
        ["belt", "1"],
        ["part", "0.512346"],
        ["promoted", "True"],
    ]
    assert lines[gate + 3].startswith("    belt")
    training = lines.index("training")
    assert [line.split() for line in lines[training + 1 : training + 3]] == [
        ["data_set", "inspection"],
        ["seed", "-"],
    ]
    for name, digest in bundle.manifest.files.items():
        assert value(text, f"  {name} ") == digest[:16]


def test_what_is_not_there_is_a_dash(tmp_path):
    text = describe(hollow(tmp_path / "it"))
    assert text.splitlines()[0] == "line version 1"
    for key in ("thresholds", "gate", "training"):
        assert value(text, key) == "-"


def test_a_description_of_a_real_bundle(tiny_bundle):
    text = describe(tiny_bundle)
    assert value(text, "f  ") == "rfnet, width 0.125, rgb, 96 x 128, stride 4"
    sizes = [sum(w.size for w in tiny_bundle.weights(network).values()) for network in "fh"]
    assert value(text, "parameters") == f"{sizes[0]:,} in f, {sizes[1]:,} in h"


# How two differ


def pair(folder: Path, one: dict, other: dict) -> tuple[Bundle, Bundle]:
    return hollow(folder / "one", **one), hollow(folder / "other", **other)


def test_a_bundle_does_not_differ_from_itself(tmp_path):
    one = hollow(tmp_path / "one")
    assert differences(one, one).splitlines() == [
        "same files    agreement.safetensors, graph_f.onnx, graph_h.onnx, pictures.safetensors, "
        "weights.safetensors",
        "f             moved by 0.00% of its length",
        "     0.00%  a [3]",
        "h             moved by 0.00% of its length",
        "     0.00%  a [3]",
    ]


def test_what_says_how_a_pair_decides_is_compared_and_how_it_was_made_is_not(tmp_path):
    one, other = pair(
        tmp_path,
        {"thresholds": {"spp": 0.5}, "gate": {"promoted": True}, "training": {"seed": 1}},
        {"version": 2, "parent": 1, "thresholds": {}, "training": {"seed": 2}, "quantiles": (0.5,)},
    )
    changed = [line.split(maxsplit=1) for line in differences(one, other).splitlines()[:3]]
    assert sorted(changed) == [
        ["parent", "- -> 1"],
        ["thresholds", "spp 0.5 -> -"],
        ["version", "1 -> 2"],
    ]
    assert differences(one, other).splitlines()[3].startswith("same files")


def test_weights_are_compared_by_how_far_they_moved(tmp_path):
    one, other = pair(
        tmp_path,
        {"weights_f": {"a": np.array([3, 4], np.float32), "b": np.zeros(1, np.float32)}},
        {"weights_f": {"a": np.array([3, 5], np.float32), "b": np.zeros(1, np.float32)}},
    )
    lines = differences(one, other).splitlines()
    assert "f             moved by 20.00% of its length" in lines
    assert "    20.00%  a [2]" in lines
    assert "     0.00%  b [1]" in lines
    assert lines[-2] == "h             moved by 0.00% of its length"


def test_what_was_nothing_has_moved_without_end(tmp_path):
    one, other = pair(
        tmp_path,
        {"weights_h": {"a": np.zeros(2, np.float32)}},
        {"weights_h": {"a": np.ones(2, np.float32)}},
    )
    assert differences(one, other).splitlines()[-2:] == [
        "h             moved by inf% of its length",
        "      inf%  a [2]",
    ]


def test_tensors_that_are_not_in_both_are_counted(tmp_path):
    some = {"same": np.ones(2, np.float32), "wider": np.ones(3, np.float32)}
    one, other = pair(
        tmp_path,
        {"weights_f": {**some, "gone": np.ones(1, np.float32)}},
        {"weights_f": {**some, "wider": np.ones(4, np.float32), "new": np.ones(1, np.float32)}},
    )
    text = differences(one, other)
    assert value(text, "f  ") == (
        "moved by 0.00% of its length; 3 tensors are not in both or have another shape"
    )
    assert "wider" not in text


def test_networks_without_a_tensor_in_common_cannot_be_compared(tmp_path):
    one, other = pair(
        tmp_path,
        {"weights_f": {"a": np.ones(1, np.float32), "b": np.ones(2, np.float32)}},
        {"weights_f": {"b": np.ones(3, np.float32), "c": np.ones(4, np.float32)}},
    )
    assert differences(one, other).splitlines()[-3:-1] == [
        "f             cannot be compared: no tensor of one name and shape is in both",
        "h             moved by 0.00% of its length",
    ]


def test_the_largest_layers_are_shown_and_no_more(tmp_path):
    weights = {f"layer {size}": np.ones(size, np.float32) for size in range(1, SHOWN_LAYERS + 4)}
    one, other = pair(tmp_path, {"weights_f": weights}, {"weights_f": weights})
    shown = [
        line.split("  ")[-1] for line in differences(one, other).splitlines() if "layer" in line
    ]
    assert shown == [f"layer {size} [{size}]" for size in range(SHOWN_LAYERS + 3, 3, -1)]


# Who signed it


def test_a_description_says_who_signed(tmp_path):
    bundle = hollow(tmp_path / "it")
    assert value(describe(bundle), "signature") == "-"
    key = SigningKey.new()
    signed = key.sign(manifest_sha256(bundle), until=1_800_000_000, over=4).to_text()
    write_signature(bundle.path, signed)
    assert value(describe(bundle), "signature") == (
        f"by key {key.public.hex()}, may be taken until 2027-01-15 08:00 UTC, an order over "
        "versions up to 4"
    )
    write_signature(bundle.path, signed.replace("1800000000", "1900000000"))
    assert value(describe(bundle), "signature").startswith("not valid: wrongly signed by key ")
    write_signature(bundle.path, "broken")
    assert value(describe(bundle), "signature") == "not valid: signature: not JSON"
