"""All pages: links and anchors lead somewhere, commands and their options exist."""

import argparse
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path

import pytest
from laecips_edge.cli import GROUP

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "rosbags/README.md")),
    *(ROOT / name for name in ("SECURITY.md", "QUALITY_DECLARATION.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "integrations").rglob("*.md")),
]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headlines, as GitHub makes them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found: set[str] = set()
    for headline in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", headline).lower()
        plain = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        twin = 0
        while (anchor := f"{plain}-{twin}" if twin else plain) in found:
            twin += 1
        found.add(anchor)
    return found


def links(text: str) -> list[str]:
    """Targets of all links and pictures that are no addresses on the web."""
    text = FENCE.sub("", text)
    targets = re.findall(r"\]\(([^)\s]+)\)|^\[\w+\]: (\S+)$", text, re.MULTILINE)
    return [one or other for one, other in targets if ":" not in (one or other)]


def commands(text: str) -> Iterator[list[str]]:
    """Words after each `laecips`, and after `make demo ARGS=`, in blocks and spans of code."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$|((?:^ {4}.*\n)+)", text, re.MULTILINE | re.DOTALL)
    joined = "\n".join(one or other for one, other in blocks).replace("\\\n", " ")
    lines = re.sub(r"(^|\s)#.*", "", joined, flags=re.MULTILINE).split("\n")
    spans = re.findall(r"`([^`]+)`", FENCE.sub("", text))
    for code in (*lines, *(" ".join(span.split()) for span in spans)):
        for command in code.split("&&"):
            if found := re.match(r"\s*laecips\s+(\S.*)", command):
                yield found[1].split()
            elif found := re.match(r"""make demo ARGS=["']?([^"']*)""", command):
                yield ["demo", *found[1].split()]


@cache
def installed() -> EntryPoints:
    return entry_points(group=GROUP)


@cache
def parser_of(name: str) -> argparse.ArgumentParser:
    point = installed()[name]
    parser = argparse.ArgumentParser()
    point.load().add_arguments(parser)
    return parser


def problem_of(words: list[str]) -> str:
    """What is wrong with a command; empty where nothing is."""
    names = installed().names
    if words[0] in ("COMMAND", "--help", "--version"):
        return ""
    if words[0] not in names:
        return f"no command {words[0]}"
    parser = parser_of(words[0])
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) and len(words) > 1:
            chosen = words[1].split("|")
            if missing := [name for name in chosen if name not in action.choices]:
                return f"{words[0]} has no {', '.join(missing)}"
            parser = action.choices[chosen[0]]
    known = {option for action in parser._actions for option in action.option_strings}
    given = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    return ", ".join(f"{words[0]} has no {option}" for option in given if option not in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_options_exist(page: Path) -> None:
    problems = [problem_of(words) for words in commands(page.read_text(encoding="utf-8"))]
    assert [problem for problem in problems if problem] == []


def test_commands_are_found_and_checked() -> None:
    page = """
`laecips bundle list|show` and `laecips
replay BAG --polcy spp`; `laecips dance`

    laecips make-bag --frames 3

```sh
laecips train -o out \\
  --minuets 3   # laecips nothing
laecips results $(for p in a; do echo $p=out/$p; done) --title x
cd src/laecips && laecips buffer lost
make demo ARGS="--trian"
```
"""
    assert [problem for words in commands(page) if (problem := problem_of(words))] == [
        "train has no --minuets",
        "buffer has no lost",
        "demo has no --trian",
        "replay has no --polcy",
        "no command dance",
    ]


def test_anchors_are_githubs(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# `edge_node`, what?\n## Twice\n```\n# no\n```\n## Twice\n### Operators' [a](b)\n"
    )
    assert anchors(page) == {"edge_node-what", "twice", "twice-1", "operators-a"}


@pytest.mark.parametrize("name", ["inspection", "camvid"])
def test_a_page_of_results_has_its_introduction(name: str) -> None:
    results = ROOT / "docs" / "results"
    introduction = (results / f"{name}.introduction.md").read_text(encoding="utf-8")
    assert introduction.strip() in (results / f"{name}.md").read_text(encoding="utf-8")


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130
