"""What a live run leaves when it is over."""

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_bringup.live_replay import run_report
from laecips_bringup.live_replay.run_report import RunReport
from laecips_cloud.library.model_library import ModelLibrary
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import Bag, BagWriter, Legend, Segment, open_bag
from laecips_eval.reports.report import read_report
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_gallery import Gallery
from laecips_eval.scoring.frame_log import read_rows
from laecips_eval.scoring.scoreboard import Scoreboard
from laecips_eval.scoring.updates import Swap
from made_bundles import variant
from rich.console import Console
from trainer_robot import ColourFrames

FRAMES = 4
PARAMETERS = {"edge": {"policy": "laecips"}, "cloud": {}, "trainer": {"max_buffer": 10}}
SWAP = Swap(version=2, outcome="swapped", transfer_s=0.5, bytes=900, swap_ms=3.0, frames_lost=0)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Bag:
    manifest = tiny_bundle.manifest
    legend = Legend(
        classes=manifest.classes,
        palette=manifest.palette,
        segments=[Segment("all", 0, FRAMES)],
    )
    path = tmp_path_factory.mktemp("bags") / "colours"
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for frame in ColourFrames(FRAMES, seed=8):
            writer.add(encode_jpeg(frame.image, 90), encode_png(frame.label))
    return open_bag(path)


@pytest.fixture
def played(bag: Bag, tiny_bundle: Bundle) -> tuple[Scoreboard, Gallery]:
    """Two frames by version 1, one by version 2; the last one was not played any more."""
    board = Scoreboard(
        classes=tiny_bundle.manifest.classes,
        segments=bag.segments,
        total=FRAMES,
        first_version=1,
    )
    gallery = Gallery(segments=bag.segments)
    truth = bag.truth()
    for index, frame in enumerate(list(bag.frames())[: FRAMES - 1]):
        stamp, label_map = frame.stamp_ns, np.zeros((96, 128), np.uint8)
        answer = PublishedAnswer(
            stamp_ns=stamp,
            source="cloud" if index == 1 else "edge",
            trust=0.5,
            delta=0.5,
            hard=index == 1,
            audit=False,
            version=1 + (index == 2),
        )
        board.add_played(stamp, index=index, monotonic_ns=index)
        gallery.add_played(stamp, index=index)
        board.add_label_map_now(stamp, label_map, truth.get(stamp))
        gallery.add_label_map_now(stamp, label_map)
        board.add_label_map(stamp, label_map, truth.get(stamp), received_ns=index + 10**6)
        gallery.add_label_map(stamp, label_map)
        board.add_answer(answer, received_ns=index + 10**6)
        gallery.add_answer(answer)
    return board, gallery


@pytest.fixture
def write(
    bag: Bag, tiny_bundle: Bundle, played: tuple[Scoreboard, Gallery], tmp_path: Path
) -> Callable[..., tuple[dict[str, Any], list[str]]]:
    """Writes it all; the report, and what was said."""

    def it(*, trained: bool = True, page: io.StringIO | None = None) -> Any:
        said: list[str] = []
        board, gallery = played
        one = RunReport(
            out=tmp_path,
            bag=bag,
            bundle=tiny_bundle,
            rate=2.0,
            trained=trained,
            command="laecips replay 'my bag' --train",
            console=Console(file=page or io.StringIO(), width=200),
        )
        report = one.write(
            board,
            gallery=gallery,
            swaps=[SWAP] if trained else [],
            parameters=PARAMETERS,
            usage={"edge": {"cpu_percent": 1.0, "rss_mb_max": 2.0}},
            complete=False,
            say=said.append,
        )
        return report, said

    return it


def library(path: Path, bundle: Bundle, *, newest_lesson_ns: int = 0) -> None:
    """A trainer's library with one version that was promoted."""
    it = ModelLibrary(path)
    it.take_in(bundle)
    version = it.begin(lambda ledger, number: None, trained_to=1, now_ns=1)
    training = {"trigger": "buffer", "lessons": 7, "lessons_held_out": 3}
    variant(bundle, it.folder(version), version, training=training)
    it.record(
        lambda ledger: ledger.promote(
            version, reason="loss falls", train_s=4.0, newest_lesson_ns=newest_lesson_ns
        )
    )
    it.close()


def test_report_frame_log_and_page(
    write: Callable[..., Any], bag: Bag, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    first = next(iter(bag.frames())).stamp_ns
    library(tmp_path / "library", tiny_bundle, newest_lesson_ns=first)
    report, said = write()
    assert said == []
    assert read_report(tmp_path / "report.json") == report
    assert (report.complete, report.frames) == (False, FRAMES - 1)
    assert (report.setup.mode, report.setup.rate) == ("live", 2.0)
    assert report.bytes.model == 900
    (update,) = report.updates
    assert (update.version, update.frame, update.samples) == (2, 2, 10)
    assert (update.promoted, update.gate) == (True, "loss falls")
    assert (update.bytes, update.frames_lost) == (900, 0)
    # The third frame was played 2 ns after the first, from which its f has learnt.
    assert (report.knowledge.frames, report.knowledge.before) == (1, 2)
    assert report.knowledge.p50_s == 2e-9
    rows = read_rows(tmp_path / "frames.csv")
    assert [row.version for row in rows] == [1, 1, 2]
    # f without training was asked about the frame that the trained one has answered.
    assert [row.iou_untrained is not None for row in rows] == [True] * 3
    assert rows[0].iou_untrained == rows[0].iou_now
    assert report.miou.edge_untrained.dataset is not None
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "laecips replay &#39;my bag&#39; --train" in page
    assert page.count("<figure") >= 1
    assert "scratch" in page  # of the bundle's classes, the one that is a defect


def test_a_run_without_a_trainer_has_no_updates(write: Callable[..., Any]) -> None:
    report, said = write(trained=False)
    assert (report.updates, said) == ([], [])
    assert report.bytes.model == 0


def test_a_library_that_cannot_be_read_costs_the_updates_alone(
    write: Callable[..., Any], tmp_path: Path
) -> None:
    report, (line,) = write()
    assert line.startswith("note: no updates in the report: ")
    assert "ledger.json" in line
    assert report.updates == []
    assert (tmp_path / "report.html").is_file()


def test_what_cannot_be_written_is_shown(
    write: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_report, "write_html_report", full)
    page = io.StringIO()
    with pytest.raises(OSError, match="No space left"):
        write(page=page, trained=False)
    assert f"{FRAMES - 1} frames" in page.getvalue()
