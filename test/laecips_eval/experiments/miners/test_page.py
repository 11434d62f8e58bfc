"""The page of the experiment `miners`: what it says follows the figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.page import MeasuredStream, figure_name, miners_page
from laecips_eval.experiments.miners.policy_comparison import APPEALNET, PolicyComparison
from laecips_eval.experiments.miners.settings import MinersSettings

SETTINGS = MinersSettings(
    drives=["patrol"], seeds=[0], frames=900, every=3, resamples=100, block=10, random_draws=3
)


def made_table(*, h: float, spp: float, frames: int = 300, seed: int = 0) -> FrameTable:
    """A third of the frames gain; h and spp see which through so much noise."""
    random = np.random.default_rng(seed)
    troubled = np.repeat(random.random(frames // 10) < 0.3, 10)
    unions = np.full((frames, 2), 100)
    f = np.where(troubled[:, None], 40, 80) + random.integers(-5, 6, (frames, 2))

    def seen(noise: float) -> np.ndarray:
        return np.clip(np.where(troubled, 0.3, 0.7) + noise * random.normal(size=frames), 0, 1)

    return FrameTable(
        classes=("a", "b"),
        stamps_ns=np.arange(frames),
        segments=np.repeat(["first", "second"], frames // 2),
        disturbances=np.where(troubled, "glare", ""),
        f_intersections=f,
        f_unions=unions,
        cloud_intersections=np.full((frames, 2), 82),
        cloud_unions=unions,
        scores={"laecips": seen(h), "spp": seen(spp), "random": random.random(frames)},
    )


def stream(*tables: FrameTable, name: str = "patrol", bundle: str = "shipped") -> MeasuredStream:
    labels = [str(number) for number in range(len(tables))]
    return MeasuredStream(
        name=name,
        tables=dict(zip(labels, tables, strict=True)),
        whole=PolicyComparison(tables, block=10, resamples=100, random_draws=3),
        parts={
            label: PolicyComparison([table], resamples=0, random_draws=3)
            for label, table in zip(labels, tables, strict=True)
        },
        bags=dict.fromkeys(labels, "0123456789abcdef"),
        bundle=(bundle, "fedcba9876543210"),
        teacher=("teacher", "00112233445566"),
    )


def page(*drives: MeasuredStream, others: tuple[MeasuredStream, ...] = ()) -> str:
    pairs = [drives] + ([others] if others else [])
    return miners_page(
        pairs, [], settings=SETTINGS, command="laecips experiment miners", figures_name="miners"
    )


def verdicts(text: str) -> set[str]:
    rows = [it for it in text.splitlines() if it.count("|") == 5 and " | `spp` | " in it]
    return {row.split(" | ")[-1].removesuffix(" |") for row in rows}


@pytest.mark.parametrize(
    ("h", "spp", "expected"),
    [(0.05, 0.6, "h is better"), (0.6, 0.05, "h is worse")],
)
def test_the_verdict_follows_the_figures(h: float, spp: float, expected: str) -> None:
    text = page(stream(made_table(h=h, spp=spp)))
    assert expected in verdicts(text)
    assert verdicts(text) <= {expected, "no difference is certain"}


def test_few_frames_have_neither_intervals_nor_verdicts() -> None:
    text = page(stream(made_table(h=0.1, spp=0.4, frames=60)))
    assert verdicts(text) == {"too few frames to say"}
    assert "nan" not in text


def test_the_command_stands_on_top_and_all_that_it_was_made_with_below() -> None:
    text = page(stream(made_table(h=0.1, spp=0.4)))
    assert text.splitlines()[2] == "    laecips experiment miners"
    assert (
        "| `patrol` | shipped fedcba987654 | teacher 001122334455 | 0 0123456789ab |"
        in text.splitlines()[-1]
    )


def test_rows_of_each_policy_bag_segment_and_disturbance() -> None:
    text = page(stream(made_table(h=0.1, spp=0.4), made_table(h=0.1, spp=0.4, seed=1)))
    lines = text.splitlines()
    for policy in ("laecips", "spp", "random", "true gain"):
        rows = [line for line in lines if line.startswith(f"| `{policy}` |")]
        assert len(rows) == 2, "all bags together, and each alone"
        assert " / " in rows[1]
    assert "Each bag alone, in this order: 0, 1." in text
    assert any(line.startswith("| first | 300 |") for line in lines)
    glare = next(line for line in lines if line.startswith("| glare |"))
    assert glare.endswith("| - | - | - |"), "all of them are hard"
    assert any(line.startswith("| routine |") for line in lines)
    assert "900 frames per seed, of which one in 3 is measured." in text


def test_appealnet_has_a_row_and_says_whose_figures_it_has() -> None:
    table = made_table(h=0.1, spp=0.2)
    own = replace(
        table,
        f_intersections=table.f_intersections + 8,
        scores={**table.scores, APPEALNET: table.scores["spp"]},
    )
    measured = replace(
        stream(table),
        whole=PolicyComparison([table], appealnet=[own], resamples=0),
        parts={"0": PolicyComparison([table], appealnet=[own], resamples=0)},
        appealnet=("appealnet", "abcdefabcdefabcd"),
    )
    text = page(measured)
    f = own.miou(np.zeros(len(own), bool))
    assert (
        f"`appealnet` has an f of its own, which has learnt together with its predictor head: "
        f"mIoU {f:.3f}, and " in text
    )
    assert "\n| `appealnet` | 0." in text
    assert "| shipped fedcba987654; appealnet abcdefabcdef | teacher" in text
    assert "DCSB is\n`laecips` as it stands here" in text
    assert "`appealnet`" not in page(stream(table))


def test_figures_are_linked() -> None:
    measured = stream(made_table(h=0.1, spp=0.4))
    text = page(measured)
    for kind in ("scores", "curves"):
        assert f"]({figure_name('miners', measured, kind)})" in text
    assert figure_name("miners", measured, "curves") == "miners-patrol-curves.svg"


def test_pairs_side_by_side() -> None:
    first = stream(made_table(h=0.1, spp=0.4))
    assert "Pairs side by side" not in page(first)
    other = stream(made_table(h=0.1, spp=0.4, seed=3), bundle="retrained")
    text = page(first, others=(other,))
    rows = [line for line in text.splitlines() if line.startswith("| `patrol` |")]
    assert [row.split(" | ")[1].split()[0] for row in rows[:2]] == ["shipped", "retrained"]


def test_streams_alone() -> None:
    measured = stream(made_table(h=0.1, spp=0.4), name="steel")
    text = miners_page([], [measured], settings=SETTINGS, command="x", figures_name="mine")
    assert "## The stream `steel`" in text
    assert "The drive" not in text
