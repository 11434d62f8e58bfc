"""The head of a run's page: what was run, and the few figures that matter."""

from __future__ import annotations

from laecips_eval.reports.page.html_text import MISSING, escaped, gain, number, percent, points
from laecips_eval.reports.report import Report
from laecips_eval.scoring.run_figures import LastSegments

_LAST = 2


def headline_html(report: Report) -> str:
    """Title, set-up and tiles."""
    early = "" if report.complete else ' <span class="badge">stopped early</span>'
    return (
        f"<h1>{escaped(report.bag.name)}{early}</h1>{_setup(report)}"
        f'<ul class="tiles">{"".join(_tiles(report))}</ul>'
    )


def last_segments(report: Report) -> LastSegments | None:
    """What `over_last` says of the last two segments, or of the only one; None where none is."""
    entries = report.over_last[:_LAST]
    return entries[-1] if entries else None


def _setup(report: Report) -> str:
    setup, bundle = report.setup, report.setup.bundle
    rate = "" if setup.rate is None else f", rate {setup.rate:g}"
    facts = {
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
    items = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>"
        for name, value in facts.items()
    )
    return f'<dl class="setup">{items}</dl>'


def _tiles(report: Report) -> list[str]:
    dropped, answered = report.dropped, report.answered
    reasons = ", ".join(f"{number(count)} {why}" for why, count in report.fallback if count)
    wanted = report.wanted
    return [
        _published(report),
        _learned(report),
        _updates(report),
        _tile(
            "Cloud upload rate (CUR)",
            percent(report.cur),
            f"{number(report.sent)} of {number(report.frames)} frames went up, "
            f"{number(report.audit)} of them audits",
        ),
        _tile(
            "Fallbacks, share of wanted",
            percent(answered.edge_fallback / wanted) if wanted else MISSING,
            f"f's answer stood for {number(answered.edge_fallback)} of {number(wanted)} hard "
            "frames" + (f": {reasons}" if reasons else ""),
        ),
        _tile(
            "Frames lost",
            number(dropped.transport),
            f"and {number(dropped.superseded)} superseded by a newer one; "
            f"{number(report.frames - dropped.superseded - dropped.transport)} answered",
        ),
    ]


def _published(report: Report) -> str:
    miou = {stream: accuracy.dataset for stream, accuracy in report.miou}
    title = "Published mIoU, whole run"
    if miou["published"] is None:
        return _tile(title, MISSING, "there is no truth to hold the answers against")
    if miou["edge_untrained"] is not None:
        how = f"f without training has {points(miou['edge_untrained'])} on the same frames"
        return _tile(
            title, points(miou["published"]), how, miou["published"], miou["edge_untrained"]
        )
    how = f"f alone, as it ran, has {points(miou['edge_only'])}; f without training was not asked"
    return _tile(title, points(miou["published"]), how, miou["published"], miou["edge_only"])


def _learned(report: Report) -> str:
    last = last_segments(report)
    if last is None:
        ran = report.miou.edge_only.dataset
        untrained = report.miou.edge_untrained.dataset
        title, where = "f as it ran, whole run", "the bag names no segments"
    else:
        ran, untrained = last.edge_only, last.edge_untrained
        names = [segment.name for segment in report.segments[-last.segments :]]
        title = f"f as it ran, last {'segment' if len(names) == 1 else f'{len(names)} segments'}"
        where = " and ".join(names)
    if ran is None:
        return _tile(title, MISSING, "there is no truth to hold the answers against")
    if untrained is None:
        return _tile(title, points(ran), f"f without training was not asked; {where}")
    how = f"f without training has {points(untrained)} there; {where}"
    return _tile(title, points(ran), how, ran, untrained)


def _updates(report: Report) -> str:
    updates = report.updates
    promoted = sum(update.promoted for update in updates)
    back = sum(update.rolled_back for update in updates)
    if not updates:
        return _tile("Model updates promoted", "0", "nothing was trained during this run")
    lost = sum(update.frames_lost or 0 for update in updates)
    return _tile(
        "Model updates promoted",
        number(promoted),
        f"of {number(len(updates))} trained, {number(len(updates) - promoted)} refused, "
        f"{number(back)} rolled back; {number(lost)} frames lost to exchanges",
    )


def _tile(
    title: str, figure: str, how: str, value: float | None = None, against: float | None = None
) -> str:
    """A large figure; `value` and `against` give what was gained, in points."""
    gained = gain(value, against)
    style = {"+": "up", "\N{MINUS SIGN}": "down"}.get(gained[0], "soft")
    beside = "" if gained == MISSING else f' <small class="{style}">{gained} points</small>'
    return (
        f'<li><span class="what">{escaped(title)}</span><b>{escaped(figure)}{beside}</b>'
        f'<span class="how">{escaped(how)}</span></li>'
    )
