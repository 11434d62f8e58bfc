"""Times in turns, on a clock that the functions themselves move."""

from laecips_eval.benchmarks.medians import medians_ms


def test_the_median_of_each_without_the_first_run() -> None:
    now, ran = 0.0, ""

    def takes(name: str, *seconds: float):
        left = iter(seconds)

        def function() -> None:
            nonlocal now, ran
            now += next(left)
            ran += name

        return function

    functions = [takes("a", 9.0, 0.001, 0.003, 0.002), takes("b", 0.0, 0.5, 0.5, 7.0)]
    assert [round(ms, 6) for ms in medians_ms(functions, repeats=3, clock=lambda: now)] == [2, 500]
    assert ran == "abababab"
