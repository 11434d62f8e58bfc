"""The rows of the benchmark; that they can be measured, test_site.py shows."""

from pathlib import Path

import pytest
from laecips_eval.benchmarks.bridge import link_calls
from laecips_eval.benchmarks.bridge.link_calls import Case, cases, row_of, run
from laecips_eval.benchmarks.bridge.plans import Outcome

ANSWERED = Outcome(latencies_s=[0.24, 0.26, 3.0], lost=1, seconds=4.0, transferred=0)


def test_every_way_is_measured_in_every_loss() -> None:
    found = cases(100)
    assert len({case.key for case in found}) == len(found)
    assert {(case.way, case.size, case.loss) for case in found} == {
        (way, size, loss)
        for way in ("bridge", "bare gRPC", "DDS")
        for size in (36_000, 100_000)
        for loss in (0.0, 0.01, 0.03)
    }
    (silent,) = [case for case in found if case.beside == "a minute of silence"]
    assert (silent.way, silent.plan.idle_s, silent.plan.calls) == ("bridge", 60.0, 3)


def test_a_row_is_held_against_the_ideal_and_the_deadline() -> None:
    case = next(case for case in cases(4) if case.size == 100_000)
    row = row_of(case, ANSWERED)
    assert (row.kB, row.calls, row.p99) == (100, 4, float("inf"))
    assert row.p50 == pytest.approx(3000.0)
    assert row.p50_ideal == pytest.approx(3000.0 / (40 + 220))
    assert row.in_time == 50.0


def test_what_was_measured_before_an_interruption_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "bench" / "bridge.jsonl"
    asked: list[str] = []

    class Link:
        """The place of processes that take minutes."""

        def __enter__(self) -> "Link":
            return self

        def __exit__(self, *error: object) -> None: ...

        def ask(self, plan: object, *, domain: str) -> Outcome:
            asked.append(domain)
            if len(asked) == 5:
                raise KeyboardInterrupt
            return ANSWERED

    monkeypatch.setattr(link_calls, "ThinLink", lambda *_, **__: Link())
    monkeypatch.setattr(link_calls, "across", lambda link: link)
    monkeypatch.setattr(link_calls, "_start", lambda site, way: None)
    with pytest.raises(KeyboardInterrupt):
        run(calls=4, kept=kept)
    rows = run(calls=4, kept=kept)
    assert len(rows) == len(cases(4))
    assert len(asked) == len(rows) + 1
    assert not kept.exists()
    assert {row.p50 for row in rows} == {row_of(cases(4)[0], ANSWERED).p50}


def test_a_key_tells_cases_apart() -> None:
    first, second = cases(4)[:2]
    assert first.key != second.key
    assert first.key != Case(**vars(cases(5)[0])).key
