"""`laecips view`: a finished replay to scrub through, with Rerun."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rerun

    from laecips_eval.run_view.run_records import RunRecords
    from laecips_eval.run_view.viewer_process import ViewerProcess

HELP = "show a finished replay frame by frame, with Rerun (an optional package)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="folder that `laecips replay --out` filled"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--save",
        type=Path,
        metavar="FILE.rrd",
        help="write a recording for Rerun's viewer; without this and --web a window opens",
    )
    where.add_argument(
        "--web", action="store_true", help="serve the viewer for a browser on this machine"
    )
    parser.add_argument(
        "--port",
        type=int,
        default=9090,
        help="--web: port of the page, 0 for a free one; its data take the next one",
    )
    part = parser.add_argument_group("what is shown")
    part.add_argument(
        "--first", type=int, default=0, help="first frame, by its position in the bag"
    )
    part.add_argument("--last", type=int, help="last frame; without it the bag's last")
    part.add_argument("--every", type=int, default=1, help="only every so many frames")
    part.add_argument(
        "--class-names",
        action="store_true",
        help="the name of the class under the pointer, not its colour alone: label maps take the "
        "viewer many times the memory",
    )
    part.add_argument(
        "--confidence",
        action="store_true",
        help="f's confidence in each pixel too: f runs again on every frame",
    )
    part.add_argument(
        "--no-f",
        action="store_true",
        help="not f's own label maps: f runs again on no frame that the cloud answered",
    )
    moved = parser.add_argument_group("what lies elsewhere now")
    moved.add_argument("--bag", type=Path, help="the bag; without it where it was played")
    moved.add_argument(
        "--bundle", type=Path, help="the bundle that the run began with; without it where it was"
    )
    moved.add_argument(
        "--truth-dir",
        type=Path,
        metavar="DIR",
        help="label maps (PNG) of the replay's --truth-dir; without it the bag's own truth, if any",
    )


def run(args: argparse.Namespace) -> int:
    """Show the run.

    Raises:
        ImportError: Rerun is not installed.
        ValueError: the folder has no complete result, its bag or bundle is gone or damaged, or
            nothing can be opened here.
        OSError: a file cannot be read or written.
    """
    from importlib.util import find_spec

    if find_spec("rerun_bindings") is None:
        raise ImportError("Rerun is not installed: run `pip install -r requirements/view.txt`")
    from laecips_eval.run_view.opened_run import open_run
    from laecips_eval.run_view.run_records import FrameChoice, RunRecords

    choice = FrameChoice(
        first=args.first,
        last=args.last,
        every=args.every,
        f=not args.no_f,
        confidence=args.confidence,
    )
    opened = open_run(args.folder, bag=args.bag, bundle=args.bundle, truth_dir=args.truth_dir)
    records = RunRecords(opened, choice)
    if args.save is not None:
        _save(records, args.save, args.class_names)
    elif args.web:
        _serve(records, args.port, args.class_names)
    else:
        _open_window(records, args.class_names)
    return 0


def _save(records: RunRecords, path: Path, class_names: bool) -> None:
    recording, draft = _recording(), path.with_name(f".{path.name}.new")
    draft.touch()  # Rerun's own error is none of the system's
    try:
        recording.save(draft, default_blueprint=_layout(records))
        _log(records, recording, class_names)
        recording.disconnect()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    size = path.stat().st_size / 1e6
    print(f"wrote {path}: {records.shown} frames, {size:.1f} MB; open it with `rerun {path}`")


def _serve(records: RunRecords, port: int, class_names: bool) -> None:
    from laecips_eval.run_view.viewer_page import ViewerPage
    from laecips_eval.run_view.viewer_process import usable_port, web_viewer

    inner = usable_port(0)
    with (
        web_viewer(_program(), page=inner, data=port and port + 1) as viewer,
        ViewerPage(usable_port(port), viewer=inner, data=viewer.port) as page,
    ):
        print(f"open {page.address} on this machine; Ctrl-C ends it", flush=True)
        _stream(records, viewer, class_names)


def _open_window(records: RunRecords, class_names: bool) -> None:
    from laecips_eval.run_view.viewer_process import native_viewer

    with native_viewer(_program()) as viewer:
        _stream(records, viewer, class_names)


def _stream(records: RunRecords, viewer: ViewerProcess, class_names: bool) -> None:
    """Send the records while the viewer runs, and wait until it ends."""
    from laecips_eval.run_view.viewer_process import ViewerError

    recording = _recording()
    recording.connect_grpc(viewer.data_url, default_blueprint=_layout(records))
    try:
        _log(records, recording, class_names, viewer)
    except ViewerError:
        if viewer.runs:
            raise
    if viewer.runs:
        print(f"{records.shown} frames are shown", flush=True)
    viewer.wait()


def _log(
    records: RunRecords,
    recording: rerun.RecordingStream,
    class_names: bool,
    viewer: ViewerProcess | None = None,
) -> None:
    from itertools import takewhile

    from laecips_cloud.console import progress_bar

    from laecips_eval.run_view.rerun_recording import log_run

    manifest = records.run.bundle.manifest
    with progress_bar("frames") as records.progress:
        shown = takewhile(lambda _: viewer is None or viewer.runs, records)
        log_run(
            recording,
            shown,
            classes=manifest.classes,
            palette=manifest.palette,
            class_names=class_names,
        )
    if not records.shown and (viewer is None or viewer.runs):
        raise ValueError(f"no frame is shown: the bag has frames 0 to {len(records.run.bag) - 1}")
    if records.differing:
        print(
            f"f ran again on {records.run_again} frames; on {records.differing} its label map is "
            "another than in the run, as on another processor"
        )


def _recording() -> rerun.RecordingStream:
    import os

    # What it says of a viewer that was closed is raised too.
    os.environ.setdefault("RUST_LOG", "off")
    import rerun

    return rerun.RecordingStream("laecips")


def _layout(records: RunRecords) -> rerun.blueprint.Blueprint:
    from laecips_eval.run_view.rerun_recording import layout

    run = records.run
    return layout(records.sights, scored=run.report.scored, rate_hz=run.rate_hz)


def _program() -> Path:
    """Return Rerun's program, which its package brings."""
    import rerun_cli

    return Path(str(rerun_cli.__file__)).with_name("rerun")
