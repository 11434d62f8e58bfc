"""Records in a file of Rerun, read back."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.run_view.indexed_png import indexed_png
from laecips_eval.run_view.records import (
    Absent,
    Boxes,
    Curves,
    Labels,
    Lane,
    Moment,
    Note,
    Photo,
    Record,
    Sight,
    State,
    Summary,
)

rerun = pytest.importorskip(
    "rerun", reason="Rerun is not installed: pip install -r requirements/view.txt"
)
from laecips_eval.run_view.rerun_recording import layout, log_run  # noqa: E402 (it needs Rerun)
from rerun.chunk import RrdReader  # noqa: E402

Rows = dict[str, list[dict[str, Any]]]

PALETTE = [(0, 0, 0), (255, 0, 0)]
FIRST, SECOND = Moment(stamp_ns=10**18, frame=0), Moment(stamp_ns=10**18 + 10**8, frame=1)
JPEG = encode_jpeg(np.full((8, 16, 3), 90, np.uint8), 90)
LABELS = np.arange(128, dtype=np.uint8).reshape(8, 16) % 2
RECORDS: list[Record] = [
    Photo(at=FIRST, sight=Sight.CAMERA, jpeg=JPEG),
    Labels(at=FIRST, sight=Sight.PUBLISHED, label_map=LABELS[:, ::-1]),
    Absent(at=SECOND, sight=Sight.PUBLISHED),
    Boxes(at=FIRST, boxes=np.array([[1, 2, 4, 6]], np.float32), labels=(1,), texts=("scratch 3",)),
    Boxes(at=SECOND, boxes=np.zeros((0, 4), np.float32), labels=(), texts=()),
    Curves(at=FIRST, values={"trust/trust": 0.75, "trust/delta": 0.5}),
    Curves(at=SECOND, values={"trust/trust": 0.25}),
    State(at=FIRST, lane=Lane.DECISION, state="hard"),
    State(at=SECOND, lane=Lane.DECISION, state=None),
    Summary(at=FIRST, text="**frame 0**"),
    Note(at=SECOND, text="version 2 rolled back", warns=True),
]


def written(path: Path, *, class_names: bool) -> Rows:
    """Log the records to a file; return its rows by entity: values by column."""
    recording = rerun.RecordingStream("laecips")
    blueprint = layout([Sight.CAMERA, Sight.PUBLISHED], scored=False, rate_hz=10.0)
    recording.save(path, default_blueprint=blueprint)
    log_run(recording, RECORDS, classes=["belt", "part"], palette=PALETTE, class_names=class_names)
    recording.disconnect()
    reader = RrdReader(path)
    assert len(reader.blueprints()) == 1
    rows = defaultdict(list)
    for chunk in reader.stream():
        batch = chunk.to_record_batch()
        columns = {
            # pyarrow has no Python type for a time in nanoseconds.
            name: (batch.column(name).cast("int64") if name == "stamp" else batch.column(name))
            for name in batch.schema.names
            if name != "log_time"
        }
        for number in range(batch.num_rows):
            rows[chunk.entity_path].append(
                {name: column[number].as_py() for name, column in columns.items()}
            )
    return {path: sorted(it, key=lambda row: row.get("frame", -1)) for path, it in rows.items()}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return written(tmp_path_factory.mktemp("rrd") / "run.rrd", class_names=False)


def values(read: Rows, entity: str, column: str) -> list[tuple[int | None, Any]]:
    """(frame, value) of a column; without a frame where the value is static."""
    return [(row.get("frame"), row[column]) for row in read[entity] if row.get(column)]


def test_both_time_lines(read: Rows) -> None:
    rows = [row for row in read["/trust/trust"] if "frame" in row]
    assert [(row["frame"], row["stamp"]) for row in rows] == [
        (at.frame, at.stamp_ns) for at in (FIRST, SECOND)
    ]


def test_pictures(read: Rows) -> None:
    assert values(read, "/camera", "EncodedImage:blob") == [(0, [list(JPEG)])]
    png = indexed_png(LABELS[:, ::-1], PALETTE)
    assert values(read, "/published", "EncodedImage:blob") == [(0, [list(png)])]
    assert len(read["/classes"]) == 1
    assert values(read, "/published", "Clear:is_recursive") == [(1, [False])]


def test_label_maps_as_class_indices(tmp_path: Path) -> None:
    read = written(tmp_path / "run.rrd", class_names=True)
    ((_, (pixels,)),) = values(read, "/published", "SegmentationImage:buffer")
    np.testing.assert_array_equal(pixels, LABELS[:, ::-1].ravel())
    ((_, (size,)),) = values(read, "/published", "SegmentationImage:format")
    assert (size["height"], size["width"]) == LABELS.shape


def test_classes_have_the_colours_of_the_bundle(read: Rows) -> None:
    ((_, (legend,)),) = values(read, "/", "AnnotationContext:context")
    infos = [it["class_description"]["info"] for it in legend]
    assert [(it["id"], it["label"], it["color"]) for it in infos] == [
        (0, "belt", 0x000000FF),
        (1, "part", 0xFF0000FF),
        (255, "no class", 0x000000FF),
    ]


def test_findings_are_boxes_until_the_next_frame(read: Rows) -> None:
    rows = read["/camera/findings"]
    assert rows[0]["Boxes2D:centers"] == [[3, 5]]
    assert rows[0]["Boxes2D:half_sizes"] == [[2, 3]]
    assert rows[0]["Boxes2D:labels"] == ["scratch 3"]
    assert rows[0]["Boxes2D:class_ids"] == [1]
    assert (rows[1]["frame"], rows[1]["Boxes2D:half_sizes"]) == (1, [])


def test_curves_states_and_texts(read: Rows) -> None:
    assert values(read, "/trust/trust", "Scalars:scalars") == [(0, [0.75]), (1, [0.25])]
    assert values(read, "/trust/delta", "Scalars:scalars") == [(0, [0.5])]
    assert values(read, "/trust/delta", "SeriesLines:names") == [(None, ["delta"])]
    states = values(read, "/lanes/decision", "StateChange:state")
    assert states == [(0, ["hard"]), (1, [None])]
    assert values(read, "/summary", "TextDocument:text") == [(0, ["**frame 0**"])]
    assert values(read, "/log", "TextLog:text") == [(1, ["version 2 rolled back"])]
    assert values(read, "/log", "TextLog:level") == [(1, ["WARN"])]
