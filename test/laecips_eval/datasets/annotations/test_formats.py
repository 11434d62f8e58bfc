"""Formats by name."""

import argparse

from laecips_eval.commands import dataset
from laecips_eval.datasets.annotations.formats import FORMATS


def test_the_command_offers_each_of_them() -> None:
    parser = argparse.ArgumentParser()
    dataset.add_arguments(parser)
    for name in FORMATS:
        args = parser.parse_args(["import", name, "a", "b"])
        assert args.format == name
    assert tuple(FORMATS) == dataset.FORMATS
