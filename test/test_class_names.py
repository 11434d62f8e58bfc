"""A public class has a name of its own: one name for two would mix readers up."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def public_classes() -> Counter[str]:
    return Counter(
        node.name
        for path in ROOT.glob("laecips_*/laecips_*/**/*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )


def test_no_name_stands_for_two_classes() -> None:
    names = public_classes()
    assert len(names) > 100
    assert [name for name, times in names.items() if times > 1] == []
