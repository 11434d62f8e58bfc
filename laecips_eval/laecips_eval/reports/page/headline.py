"""The head of a run's page: its settings and its main figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from laecips_eval.reports.page.number_text import MISSING, gain, number, percent, points
from laecips_eval.reports.report import Report

_LAST = 2
_NO_TRUTH = "there is no truth to compare the answers with"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A large figure.

    Attributes:
        what: name of the figure.
        figure: the figure as text.
        how: explanation, or the figure to compare with.
        gained: gain in points of a hundred, with sign; empty without a comparison.
    """

    what: str
    figure: str
    how: str
    gained: str = ""

    @property
    def trend(self) -> str:
        """`up`, `down` or `same`."""
        return {"+": "up", "\N{MINUS SIGN}": "down"}.get(self.gained[:1], "same")


def facts(report: Report) -> Mapping[str, str]:
    """Return the settings of the run by name."""
    setup, bundle = report.setup, report.setup.bundle
    rate = "" if setup.rate is None else f", rate {setup.rate:g}"
    return {
        "played": "the whole bag" if report.complete else "until it was stopped",
        "frames": number(report.frames),
        "bundle": f"{bundle.name} v{bundle.version}",
        "policy": f"{setup.policy}, delta {setup.delta:.3f}",
        "engine": f"{setup.engine} {setup.precision}",
        "mode": f"{setup.mode}{rate}",
        "topic": report.bag.topic,
        "bag's hash": report.bag.hash[:12],
        "bundle's hash": bundle.hash[:12],
    }


def tiles(report: Report) -> Sequence[Tile]:
    """Return the main figures."""
    dropped, answered, wanted = report.dropped, report.answered, report.wanted
    reasons = ", ".join(f"{number(count)} {why}" for why, count in report.fallback if count)
    published = report.miou.published.dataset
    budget = report.upload_budget
    first = (
        _without_truth(report)
        if published is None
        else (_published(report, published), _learned(report))
    )
    return [
        *first,
        _updates(report),
        Tile(
            what="Cloud upload rate (CUR)",
            figure=percent(report.cur),
            how=f"{number(report.sent)} of {number(report.frames)} frames were uploaded, "
            f"{number(report.audit)} of them audits"
            + ("" if budget is None else f"; the upload budget is {percent(budget)}"),
        ),
        Tile(
            what="Fallbacks, share of wanted",
            figure=percent(answered.edge_fallback / wanted) if wanted else MISSING,
            how=f"f's answer was used for {number(answered.edge_fallback)} of {number(wanted)} "
            "hard frames" + (f": {reasons}" if reasons else ""),
        ),
        Tile(
            what="Frames lost",
            figure=number(dropped.transport),
            how=f"and {number(dropped.superseded)} superseded by a newer one"
            + (f", {number(dropped.rejected)} rejected" if dropped.rejected else "")
            + (f" (the first: {report.rejection})" if report.rejection else "")
            + f"; {number(answered.total)} answered",
        ),
        *_knowledge(report),
    ]


def _published(report: Report, published: float) -> Tile:
    what, miou = "Published mIoU, whole run", report.miou
    ran, untrained = miou.edge_only.dataset, miou.edge_untrained.dataset
    if untrained is not None:
        how = f"f without training has {points(untrained)} on the same frames"
        return _compared(what, published, untrained, how)
    how = f"f alone, as it ran, has {points(ran)}; f without training was not asked"
    return _compared(what, published, ran, how)


def _without_truth(report: Report) -> tuple[Tile, Tile]:
    """Return the agreement of f and F, and where trust has shifted most."""
    shift = report.shift
    agreement = Tile(
        what="f and F agree, hard frames",
        figure=percent(shift.agreement),
        how=f"on the pixels of the {number(shift.compared)} that the cloud answered; {_NO_TRUTH}",
    )
    later = [it for it in shift.segments[1:] if it.trust_ks is not None]
    what = "Largest shift of trust, KS distance"
    if not later:
        return agreement, Tile(what=what, figure=MISSING, how="there is one segment only")
    most = max(later, key=lambda it: it.trust_ks or 0.0)
    first = shift.segments[0]
    how = (
        f"in {most.name}: h is {points(most.trust_mean)} in the mean, "
        f"in {first.name} {points(first.trust_mean)}"
    )
    return agreement, Tile(what=what, figure=points(most.trust_ks), how=how)


def _learned(report: Report) -> Tile:
    """Return the accuracy of f as it ran, over the last two segments or the whole bag."""
    if report.over_last:
        last = report.over_last[:_LAST][-1]
        ran, untrained = last.edge_only, last.edge_untrained
        names = [segment.name for segment in report.segments[-last.segments :]]
        what = f"f as it ran, last {'segment' if len(names) == 1 else f'{len(names)} segments'}"
        where = " and ".join(names)
    else:
        ran, untrained = report.miou.edge_only.dataset, report.miou.edge_untrained.dataset
        what, where = "f as it ran, whole run", "the bag names no segments"
    if ran is None:
        return Tile(what=what, figure=MISSING, how=_NO_TRUTH)
    if untrained is None:
        how = f"f without training was not asked; {where}"
        return Tile(what=what, figure=points(ran), how=how)
    how = f"f without training has {points(untrained)} there; {where}"
    return _compared(what, ran, untrained, how)


def _updates(report: Report) -> Tile:
    updates = report.updates
    promoted = sum(update.promoted for update in updates)
    back = sum(update.rolled_back for update in updates)
    lost = sum(update.frames_lost or 0 for update in updates)
    how = (
        f"of {number(len(updates))} trained, {number(len(updates) - promoted)} refused, "
        f"{number(back)} rolled back; {number(lost)} frames lost during swaps"
    )
    return Tile(
        what="Model updates promoted",
        figure=number(promoted),
        how=how if updates else "nothing was trained during this run",
    )


def _knowledge(report: Report) -> list[Tile]:
    age = report.knowledge
    if age.p50_s is None:
        return []
    how = (
        f"p95 {number(age.p95_s, 's')}: since the newest frame that the running f has learnt from; "
        f"over {number(age.frames)} frames, {number(age.before)} came before the first update"
    )
    return [Tile(what="Age of f's knowledge, median", figure=number(age.p50_s, "s"), how=how)]


def _compared(what: str, value: float, against: float | None, how: str) -> Tile:
    gained = "" if against is None else gain(value, against)
    return Tile(what=what, figure=points(value), how=how, gained=gained)
