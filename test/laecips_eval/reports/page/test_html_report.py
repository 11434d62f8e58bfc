"""`report.html` as a browser reads it."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest
from laecips_eval.reports.page.gallery import panel_of
from laecips_eval.reports.page.html_report import (
    html_report,
    template_environment,
    write_html_report,
)
from laecips_eval.scoring.frame_gallery import GalleryFrame

PALETTE = [(10, 20, 30), (200, 100, 0), (0, 0, 250)]
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Checks that tags are nested, and notes what a reader meets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def hard_frame(index: int, *, truth: bool) -> GalleryFrame:
    rng = np.random.default_rng(index)
    maps = rng.integers(0, 3, (3, 30, 40), np.uint8)
    maps[0, 0, 0] = 255
    return GalleryFrame(
        index=index,
        stamp_ns=index * 100_000_000,
        segment="dust & blur",
        rgb=rng.integers(0, 255, (30, 40, 3), np.uint8),
        now=maps[0],
        published=maps[1],
        truth=maps[2] if truth else None,
        trust=0.25,
        delta=0.5,
    )


def page_of(run: Any, **options: Any) -> Page:
    return Page(html_report(run.report, rows=run.rows, **{"palette": PALETTE} | options))


def check_self_contained(page: Page) -> None:
    """Nothing comes from outside, and everything can be read without seeing it."""
    for tag, attributes in page.seen:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}
        for name in ("src", "href", "xlink:href", "srcset", "data", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#"))
        assert not any(name.startswith("on") for name in attributes)
        assert re.search(r"url\((?!#)", attributes.get("style") or "") is None
    for image in page.of("img"):
        assert image["alt"]
    for drawing in page.of("svg"):
        assert drawing.get("aria-label") or drawing.get("aria-hidden") == "true"
    tables = len(page.of("table"))
    assert len(page.of("caption")) == len(page.of("thead")) == tables
    assert all(cell.get("scope") for cell in page.of("th"))
    identifiers = [attributes["id"] for _, attributes in page.seen if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_a_run_that_learned(learned_run: Any) -> None:
    frames = [hard_frame(index, truth=True) for index in (7, 21)]
    page = page_of(learned_run, gallery=frames, defects=["scratch"], command="make demo")
    check_self_contained(page)
    assert len(page.of("img")) == 2 * 4
    assert [a.get("class") for a in page.of("svg")].count("chart wide") == 5
    assert [a.get("class") for a in page.of("svg")].count("chart narrow") == 5
    for shown in (
        "smoke", "inspection v1", "Published mIoU, whole run", "Cloud upload rate (CUR)",
        "Fallbacks, share of wanted", "50.0 %", "of 2 trained, 1 refused, 0 rolled back",
        "f without training", "scratch is below its floor", "defects", "other classes",
        "version 2", "day <1>", "dust & blur", "the last", "Frame 21", "published: F", "make demo",
        "h has a median of 0.900 as the pairs ran, 0.300 without training", "180 MB",
    ):  # fmt: skip
        assert shown in page.text
    assert "stopped early" not in page.text


def test_a_run_without_training_compares_with_f_alone(plain_run: Any) -> None:
    page = page_of(plain_run)
    check_self_contained(page)
    assert "Nothing was trained during this run." in page.text
    assert "h before and after training cannot be compared" in page.text
    assert "No hard frame was kept" in page.text
    assert "Make it again" not in page.text


def test_findings_have_a_picture_and_a_table_where_they_are_known(plain_run: Any) -> None:
    assert "Findings" not in page_of(plain_run).text
    known = {"true": 4, "shown": 5, "found": 2, "precision": 0.4, "recall": 0.5}
    nothing = {"true": 4, "shown": 0, "found": 0, "precision": None, "recall": 0.0}
    plain_run.change({"findings": [{"name": "scratch", "published": known, "edge_only": nothing}]})
    panel = panel_of(np.zeros((30, 40, 3), np.uint8), "3 findings", "3 of 7 findings")
    page = page_of(plain_run, kept=panel)
    check_self_contained(page)
    assert [image["alt"] for image in page.of("img")] == ["3 findings"]
    assert "Findings 3 of 7 findings Regions, frame by frame" in page.text
    assert "scratch 4 5 0.400 0.500 0 \N{EN DASH} 0.000" in page.text
    plain_run.change({"findings": []})
    assert "3 of 7 findings" in page_of(plain_run, kept=panel).text


def test_a_run_of_which_next_to_nothing_is_known(bare_run: Any) -> None:
    page = page_of(bare_run, gallery=[hard_frame(3, truth=False)])
    check_self_contained(page)
    assert len(page.of("img")) == 3
    for shown in (
        "there is no truth to compare the answers with", "No latency was measured",
        "f and F agree, hard frames", "Largest shift of trust", "What shows without truth",
        "Nothing was trained", "published: f (overload)",
    ):  # fmt: skip
        assert shown in page.text
    for left_out in ("Segments", "Classes", "Processes"):
        assert left_out not in page.text.split("Hard frames")[0]
    assert "None" not in page.text
    assert "nan" not in page.text


def test_a_run_without_a_frame(bare_run: Any) -> None:
    bare_run.rows = []
    page = page_of(bare_run)
    check_self_contained(page)
    assert "No frame was played" in page.text


def test_a_run_that_was_stopped_early(learned_run: Any) -> None:
    learned_run.change({"complete": False})
    assert "stopped early" in page_of(learned_run).text


def test_names_are_text_wherever_they_stand(learned_run: Any) -> None:
    evil = '"><script>alert(1)</script>&'
    learned_run.change(
        dict.fromkeys(
            (
                "bag.name", "bag.path", "bag.topic", "setup.bundle.name", "setup.policy",
                "setup.network.path", "segments.0.name", "segments.1.name", "updates.0.gate",
                "updates.0.trigger", "updates.1.gate", "updates.1.trigger",
            ),
            evil,
        )
        | {"processes": {evil: {"cpu_percent": 1.0, "rss_mb_max": 1.0}}}
        | {f"updates.{place}.rolled_back": True for place in (0, 1)}
        | {
            f"miou.{stream}.{key}": {evil + name: iou for name, iou in getattr(part, key).items()}
            for stream, part in learned_run.report.miou
            for key in ("per_class", "recall")
        }
    )  # fmt: skip
    frame = GalleryFrame(**vars(hard_frame(7, truth=True)) | {"segment": evil})
    page = page_of(learned_run, gallery=[frame], defects=[evil + "dent"], command=evil)
    check_self_contained(page)
    assert page.text.count(evil) > 15


def test_a_class_may_be_called_like_a_tag(learned_run: Any) -> None:
    learned_run.change({
        f"miou.{stream}.{key}": {"<b>": 0.5}
        for stream in ("published", "edge_only", "edge_untrained")
        for key in ("per_class", "recall")
    })  # fmt: skip
    frame = hard_frame(7, truth=True)
    text = html_report(
        learned_run.report, rows=learned_run.rows, gallery=[frame], palette=PALETTE, defects=["<b>"]
    )
    page = Page(text)
    check_self_contained(page)
    assert page.text.count("<b>") == 2  # in the table, and in the legend of the gallery
    assert text.count("&lt;b&gt;") == 2


def test_a_refused_update_says_why_below_its_row(learned_run: Any) -> None:
    page = page_of(learned_run)
    notes = [cell for cell in page.of("td") if cell.get("class") == "w note"]
    assert [cell["colspan"] for cell in notes] == ["8", "8"]
    assert [cell.get("rowspan") for cell in page.of("th")].count("2") == 2


def test_a_value_that_nobody_gives_is_a_mistake() -> None:
    with pytest.raises(jinja2.UndefinedError):
        template_environment().get_template("report.html").render()


def test_the_same_run_gives_the_same_page(learned_run: Any, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_html_report(
            tmp_path / name,
            report=learned_run.report,
            rows=learned_run.rows,
            gallery=[hard_frame(7, truth=True)],
            palette=PALETTE,
        )
    written = (tmp_path / "a.html").read_bytes()
    assert written == (tmp_path / "b.html").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_large_pictures_make_no_large_page(learned_run: Any) -> None:
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 255, (1080, 1920, 3), np.uint8)  # noise: the worst for a JPEG
    label_map = rng.integers(0, 3, (1080, 1920), np.uint8)
    frame = GalleryFrame(
        index=1, stamp_ns=1, segment="", rgb=rgb, now=label_map, published=label_map,
        truth=label_map, trust=0.1, delta=0.5,
    )  # fmt: skip
    with_one = html_report(
        learned_run.report, rows=learned_run.rows, gallery=[frame], palette=PALETTE
    )
    without = html_report(learned_run.report, rows=learned_run.rows)
    assert len(with_one) - len(without) < 400_000
