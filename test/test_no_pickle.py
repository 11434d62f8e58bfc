"""Nothing that is read from disk or network may run code: no pickle, by whatever name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("laecips_*", "integrations", "requirements", "test")
PICKLERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
# To parse all sources takes seconds, and few name what is looked for.
SUSPECT = re.compile("|".join([*sorted(PICKLERS), "torch.*load", "allow_pickle"]), re.DOTALL)


def sources() -> dict[Path, str]:
    paths = (path for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.py"))
    return {path: path.read_text(encoding="utf-8") for path in sorted(paths)}


def findings(code: str) -> Iterator[str]:
    """What is unsafe in a module, with its line."""
    for node in ast.walk(ast.parse(code)) if SUSPECT.search(code) else ():
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
            if node.module == "torch" and any(alias.name == "load" for alias in node.names):
                yield f"line {node.lineno}: torch.load under another name"
        else:
            if isinstance(node, ast.Call) and (complaint := unsafe_call(node)):
                yield f"line {node.lineno}: {complaint}"
            continue
        for module in modules:
            if module.split(".")[0] in PICKLERS:
                yield f"line {node.lineno}: imports {module}"


def unsafe_call(call: ast.Call) -> str:
    constants = {
        keyword.arg: keyword.value.value
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant)
    }
    if ast.unparse(call.func) == "torch.load" and constants.get("weights_only") is not True:
        return "torch.load without weights_only=True"
    if any(keyword.arg == "allow_pickle" for keyword in call.keywords):
        return "" if constants.get("allow_pickle") is False else "allow_pickle"
    return ""


def test_there_is_something_to_look_at():
    assert ROOT / "laecips_cloud/laecips_cloud/networks/published_checkpoint.py" in sources()


def test_no_module_unpickles():
    unsafe = {str(path): list(findings(code)) for path, code in sources().items()}
    assert {path: found for path, found in unsafe.items() if found} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "import os, pickle as p",
        "from pickle import loads",
        "import joblib.memory",
        "from torch import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=safe)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_what_would_be_found(code):
    assert len(list(findings(code))) == 1


@pytest.mark.parametrize(
    "code", ["torch.load(path, weights_only=True)", "np.load(path)", "json.load(file)"]
)
def test_what_is_safe(code):
    assert list(findings(code)) == []
