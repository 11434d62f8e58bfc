"""The experiment `miners`: draw the drives, fill their tables of frames, and write the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from laecips_cloud.console import progress_bar
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.bags import open_bag
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.measure import Deployment, contents_hash, table_of
from laecips_eval.experiments.miners.page import MeasuredStream, figure_name, miners_page
from laecips_eval.experiments.miners.policy_comparison import PolicyComparison
from laecips_eval.experiments.miners.policy_figures import draw_curves, draw_scores
from laecips_eval.experiments.miners.settings import MinersSettings
from laecips_eval.inspection_scene.bag_recipes import BagRecipe
from laecips_eval.inspection_scene.make_bags import ensure_bag


@dataclass(frozen=True, kw_only=True)
class BundleAndTeacher:
    """A bundle, and the teacher that answers for it.

    Attributes:
        bundle: folder of the pair (f, h).
        teacher: folder of the teacher.
    """

    bundle: Path
    teacher: Path

    def deployment(self, engine: str) -> Deployment:
        """Return what answers the frames."""
        return Deployment.of(self.bundle.resolve(), self.teacher.resolve(), engine=engine)


@dataclass(frozen=True, kw_only=True)
class BagStream:
    """A bag with truth that is not drawn here.

    Attributes:
        name: of the stream; bags of one name are measured together.
        bag: the bag.
        pair: what answers its frames.
        appealnet: folder of an AppealNet that began with the pair's f; None: without it.
    """

    name: str
    bag: Path
    pair: BundleAndTeacher
    appealnet: Path | None = None


def run_miners(
    output: Path,
    settings: MinersSettings,
    *,
    pairs: Sequence[BundleAndTeacher],
    appealnet: Path | None = None,
    streams: Sequence[BagStream] = (),
    folder: Path,
    engine: str = "onnxruntime",
    command: str = "laecips experiment miners",
) -> None:
    """Run the experiment; write its page, and its figures beside it.

    Args:
        output: path of the page.
        settings: what is measured.
        pairs: what answers the drives' frames: first the pair of the page, then others to compare.
        appealnet: folder of an AppealNet that began with the first pair's f; None: without it.
        streams: other bags; without drives the page is about them alone.
        folder: bags and tables are kept there; what is there is not made again.
        engine: engine of all networks.
        command: the command that makes this page.

    Raises:
        ValueError: settings, bags or networks cannot be used.
        OSError: a file cannot be written.
    """
    bags = {
        drive: {str(seed): _drawn(folder, drive, seed, settings) for seed in settings.seeds}
        for drive in settings.drives
    }
    drives: list[list[MeasuredStream]] = []
    for pair in pairs:
        # The first pair's tables, by drive: F is the same where the teacher is.
        known = drives[0] if drives and pair.teacher == pairs[0].teacher else []
        answered = {measured.name: measured.tables for measured in known}
        drives.append([
            _measured(
                drive,
                paths,
                pair,
                settings,
                appealnet=None if drives else appealnet,
                answered=answered.get(drive, {}),
                folder=folder,
                engine=engine,
            )
            for drive, paths in bags.items()
        ])  # fmt: skip
    others = [
        _measured(
            name,
            paths,
            pair,
            replace(settings, every=1),
            appealnet=appealnet,
            answered={},
            folder=folder,
            engine=engine,
        )
        for name, (paths, pair, appealnet) in _by_name(streams).items()
    ]
    text = miners_page(drives, others, settings=settings, command=command, figures_name=output.stem)
    output.parent.mkdir(parents=True, exist_ok=True)
    for measured in (*(drives[0] if drives else ()), *others):
        draw_scores(output.with_name(figure_name(output.stem, measured, "scores")), measured.whole)
        draw_curves(output.with_name(figure_name(output.stem, measured, "curves")), measured.whole)
    with whole_file(output) as file:
        file.write(text)


def _drawn(folder: Path, drive: str, seed: int, settings: MinersSettings) -> Path:
    recipe = BagRecipe(drive=drive, frames=settings.frames, seed=seed)
    with progress_bar(f"drawing {drive}, seed {seed}") as progress:
        return ensure_bag(folder / "bags", drive, recipe, progress=progress)


def _measured(
    name: str,
    paths: Mapping[str, Path],
    pair: BundleAndTeacher,
    settings: MinersSettings,
    *,
    appealnet: Path | None = None,
    answered: Mapping[str, FrameTable],
    folder: Path,
    engine: str,
) -> MeasuredStream:
    def tables_of(bundle: Path, answered: Mapping[str, FrameTable]) -> dict[str, FrameTable]:
        tables = {}
        for label, path in paths.items():
            with progress_bar(f"f, F and policies: {bundle.name}, {name} {label}") as progress:
                tables[label] = table_of(
                    open_bag(path),
                    replace(pair, bundle=bundle).deployment(engine),
                    cache=folder / "tables",
                    every=settings.every,
                    answered=answered.get(label),
                    progress=progress,
                )
        return tables

    tables = tables_of(pair.bundle, answered)
    of_appealnet = {} if appealnet is None else tables_of(appealnet, tables)

    def compared(labels: Sequence[str], resamples: int) -> PolicyComparison:
        return PolicyComparison(
            [tables[label] for label in labels],
            appealnet=[of_appealnet[label] for label in labels if label in of_appealnet],
            block=settings.block,
            resamples=resamples,
            random_draws=settings.random_draws,
        )

    return MeasuredStream(
        name=name,
        tables=tables,
        whole=compared(list(tables), settings.resamples),
        parts={label: compared([label], 0) for label in tables},
        bags={label: contents_hash(path) for label, path in paths.items()},
        bundle=(pair.bundle.name, contents_hash(pair.bundle)),
        appealnet=None if appealnet is None else (appealnet.name, contents_hash(appealnet)),
        teacher=(pair.teacher.name, contents_hash(pair.teacher)),
    )


def _by_name(
    streams: Sequence[BagStream],
) -> dict[str, tuple[dict[str, Path], BundleAndTeacher, Path | None]]:
    """Return bags by label, the pair and the AppealNet, by name of the stream."""
    found: dict[str, tuple[dict[str, Path], BundleAndTeacher, Path | None]] = {}
    for stream in streams:
        answering = stream.pair, stream.appealnet
        paths, *known = found.setdefault(stream.name, ({}, *answering))
        if answering != tuple(known):
            raise ValueError(
                f"stream {stream.name}: give all its bags the same bundle, teacher and AppealNet"
            )
        if stream.bag.name in paths:
            raise ValueError(f"stream {stream.name}: two of its bags are named {stream.bag.name}")
        paths[stream.bag.name] = stream.bag
    return found
