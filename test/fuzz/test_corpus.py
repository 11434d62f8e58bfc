"""The corpus of the fuzzer, replayed: no parser fails, and each target accepts a file."""

from pathlib import Path

import pytest
from fuzz_targets import PARSERS, TARGETS, run
from hypothesis import given
from hypothesis import strategies as st
from make_corpus import CORPUS, corpus

FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())
LARGEST = 1 << 13


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_file_is_accepted_or_refused(path: Path) -> None:
    run(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)
def test_each_target_accepts_a_file(parser) -> None:
    assert any(
        run(parser, path.read_bytes()) for path in FILES if path.parent.name == parser.__name__
    )


def test_the_corpus_is_what_its_maker_makes() -> None:
    made = {f"{target}/{name}" for target, files in corpus().items() for name in files}
    assert {f"{path.parent.name}/{path.name}" for path in FILES} == made
    assert max(path.stat().st_size for path in FILES) < LARGEST


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)
@given(data=st.binary(max_size=200))
def test_any_bytes(parser, data: bytes) -> None:
    run(parser, data)
