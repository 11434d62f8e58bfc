"""What deploy/ holds, read: documents, and each command that an image, pod or service starts."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILES = sorted((DEPLOY / "docker").glob("*.Dockerfile"))
COMPOSE = sorted((DEPLOY / "compose").glob("*.yaml"))
MANIFESTS = sorted((DEPLOY / "kubernetes").rglob("*.yaml"))
PROFILES = sorted((DEPLOY / "profiles").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ENTRYPOINT = "/opt/laecips/entrypoint.sh"


def place(path: Path) -> str:
    """A file's name in the repository: fixed ids for tests."""
    return str(path.relative_to(ROOT))


def documents(path: Path) -> list[Any]:
    """The documents of a YAML file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Keyword and rest of each instruction, its lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(key, rest.strip()) for key, _, rest in (each.partition(" ") for each in lines) if key]


def found_under(value: Any, *names: str) -> Iterator[Any]:
    """Every value of these keys, at any depth."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in names:
                yield each
            yield from found_under(each, *names)
    elif isinstance(value, list):
        for each in value:
            yield from found_under(each, *names)


def started() -> Iterator[tuple[str, list[str]]]:
    """File and words of every command, probes too, without the entrypoint before it."""
    for path in DOCKERFILES:
        for key, rest in instructions(path):
            if key in ("CMD", "HEALTHCHECK"):
                yield place(path), json.loads(rest[rest.index("[") :])
    for path in (*COMPOSE, *MANIFESTS):
        for document in documents(path):
            for words in found_under(document, "command", "args", "test"):
                if isinstance(words, list):
                    yield place(path), [str(word) for word in words if word != "CMD"]
    for path in UNITS:
        for line in re.findall(r"^ExecStart=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield place(path), shlex.split(line)
