"""Fuzz one target in this process; `run.py` starts it.

python run_target.py TARGET [options and folders of libFuzzer]
"""

import sys

import atheris

with atheris.instrument_imports(include=["laecips_edge"]):
    import fuzz_targets


def main() -> None:
    """Fuzz until a fault is found or the time is over."""
    parser = fuzz_targets.TARGETS[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        fuzz_targets.run(parser, data)

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
