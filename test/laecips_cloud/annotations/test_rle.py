"""Run lengths of other tools; two vectors are what pycocotools and Label Studio write."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from laecips_cloud.annotations.rle import brush_area, brush_of, coco_runs, runs_area, runs_of

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12))


def packed(runs: list[int]) -> str:
    """Runs as COCO packs them, one number after the other."""
    text = ""
    for place, run in enumerate(runs):
        number = run - runs[place - 2] if place > 2 else run
        more = True
        while more:
            bits, number = number & 31, number >> 5
            more = number != (-1 if bits & 16 else 0)
            text += chr(48 + bits + 32 * more)
    return text


@given(masks)
def test_a_brush_that_we_write_is_read_again(mask: np.ndarray) -> None:
    read = brush_area(brush_of(mask), mask.shape)(mask.shape)
    np.testing.assert_array_equal(read.mask, mask)


@pytest.mark.parametrize("length", [1, 2, 4, 5, 64, 65, 16384, 16385, 40000])
def test_runs_of_a_brush_of_any_length(length: int) -> None:
    mask = np.zeros((2, length + 1), bool)
    mask[1, :length] = True
    read = brush_area(brush_of(mask), mask.shape)(mask.shape)
    np.testing.assert_array_equal(read.mask, mask)


@given(masks)
def test_runs_down_the_columns(mask: np.ndarray) -> None:
    runs = runs_of(mask, by_column=True)
    assert coco_runs(packed(runs)) == runs
    area = runs_area(coco_runs(packed(runs)), mask.shape, by_column=True)
    np.testing.assert_array_equal(area(mask.shape).mask, mask)


@given(masks)
def test_runs_along_the_rows_of_a_part(mask: np.ndarray) -> None:
    bitmap = runs_area(runs_of(mask), mask.shape, left=3, top=-2)((90, 90))
    np.testing.assert_array_equal(bitmap.mask, mask)
    assert (bitmap.left, bitmap.top, bitmap.cut) == (3, -2, False)


@pytest.mark.parametrize(
    ("rows", "along", "down"),
    [
        (["...", "..."], [6], [6]),
        (["###", "###"], [0, 6], [0, 6]),
        ([".#.", "##."], [1, 1, 1, 2, 1], [1, 3, 2]),
        (["#..", "..#"], [0, 1, 4, 1], [0, 1, 4, 1]),
    ],
)
def test_runs_that_we_write(rows: list[str], along: list[int], down: list[int]) -> None:
    mask = np.array([[pixel == "#" for pixel in row] for row in rows])
    assert (runs_of(mask), runs_of(mask, by_column=True)) == (along, down)


# A rectangle of rows 2 to 6 and columns 5 to 9 in 9 x 14, as pycocotools encodes it.
def test_a_string_of_pycocotools() -> None:
    mask = np.zeros((9, 14), bool)
    mask[2:7, 5:10] = True
    runs = coco_runs("_1540000000R1")
    np.testing.assert_array_equal(runs_area(runs, (9, 14), by_column=True)((9, 14)).mask, mask)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("`", "break off"),
        ("1~1", "character '~'"),
        ("1 1", "character ' '"),
        ("é", "character 'é'"),
    ],
)
def test_strings_that_are_none(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coco_runs(text)


@pytest.mark.parametrize("runs", [[5], [3, 4], [-1, 7], []])
def test_runs_that_do_not_fill_their_mask(runs: list[int]) -> None:
    with pytest.raises(ValueError, match="run lengths that do not fill 3 x 2"):
        runs_area(runs, (2, 3))((2, 3))
    with pytest.raises(ValueError, match="do not fill"):
        runs_area([1 << 40], (1 << 20, 1 << 20))((2, 3))


def brush(values: np.ndarray, chosen: list[int], runs: bool) -> list[int]:
    """A stream as Label Studio packs it: pieces of the lengths given, all as runs or none."""
    bits = f"{len(values):032b}{8 - 1:05b}" + "".join(f"{size - 1:04b}" for size in (3, 4, 9, 16))
    place = 0
    while place < len(values):
        index = chosen[place % len(chosen)]
        most = 1 << (3, 4, 9, 16)[index]
        stop = min(place + most, len(values))
        if runs:
            same = values[place:stop] == values[place]
            stop = place + (len(same) if same.all() else int(same.argmin()))
        bits += f"{int(runs)}{index:02b}{stop - place - 1:0{(3, 4, 9, 16)[index]}b}"
        bits += "".join(
            f"{v:08b}" for v in (values[place:stop][:1] if runs else values[place:stop])
        )
        place = stop
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


@given(masks, st.lists(st.integers(0, 3), min_size=1, max_size=5), st.booleans())
def test_a_brush(mask: np.ndarray, chosen: list[int], runs: bool) -> None:
    rgba = np.repeat(np.where(mask, 255, 0)[:, :, None], 4, axis=2)
    rgba[:, :, :3] = 17  # colours do not count
    data = brush(rgba.ravel(), chosen, runs)
    np.testing.assert_array_equal(brush_area(data, mask.shape)(mask.shape).mask, mask)


def test_a_brush_of_label_studio() -> None:
    mask = np.zeros((9, 14), bool)
    mask[2:7, 5:10] = True
    data = [
        0,
        0,
        1,
        248,
        57,
        27,
        254,
        131,
        0,
        194,
        127,
        248,
        140,
        3,
        9,
        255,
        226,
        48,
        12,
        39,
        255,
        136,
        192,
        48,
        159,
        254,
        35,
        0,
        194,
        127,
        249,
        252,
        0,
    ]
    np.testing.assert_array_equal(brush_area(data, (9, 14))((9, 14)).mask, mask)


@pytest.mark.parametrize(
    ("data", "size", "message"),
    [
        ([], (2, 2), "breaks off"),
        ([0, 0, 0, 16, 57], (2, 2), "breaks off"),
        (brush(np.zeros(16, int), [0], runs=True)[:-2], (2, 2), "breaks off"),
        (brush(np.zeros(16, int), [0], runs=True), (3, 2), "16 values for 2 x 3 pixels"),
        ([0xFF] * 30, (2, 2), "a brush of 4294967295 values of 32 bits"),
    ],
)
def test_brushes_that_are_none(data: list[int], size: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        brush_area(data, size)(size)
