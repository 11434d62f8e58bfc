"""Options of `laecips train`: what each may be, said with the option's name."""

import argparse

import pytest
from laecips_edge.cli import main
from laecips_eval.commands.train_options import AUTO, add_arguments, check, check_tiles


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args([*options, "-o", "bundle"])


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--light", "0", "--folds", "0", "--variants", "0", "--steps", "1", "--minutes", "0.1"],
        ["--light", "1", "--folds", "2", "--input-size", "32x32"],
        ["--input-size", "auto", "--tiles", "2x1"],
        ["--input-size", "96x128", "--tiles", "2x1"],
        ["--role", "teacher", "--input-size", "90x130", "--tiles", "2x1"],  # it takes no tiles
    ],
)
def test_what_can_be(options: list[str]) -> None:
    check(parsed(*options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--input-size", "20x480"], "--input-size is 20x480: give 32x32 or more"),
        (["--light", "3"], "--light is 3: give a share from 0 to 1"),
        (["--light", "nan"], "--light is nan: give a share from 0 to 1"),
        (["--tiles", "0x1"], "--tiles is 0x1: give 1x1 or more"),
        (["--folds", "1"], "--folds is 1: give 0, or 2 or more"),
        (["--miner-width", "0"], "--miner-width is 0: give more than 0"),
        (["--miner-steps", "0"], "--miner-steps is 0: give 1 or more"),
        (
            ["--input-size", "100x128", "--tiles", "2x1", "--network", "ddrnet"],
            "--tiles is 2x1 and --input-size 100x128: of tiles, give sides of more than 32 pixels "
            "that are multiples of 8",
        ),
    ],
)
def test_what_cannot_be_is_said_with_the_option_and_its_range(
    options: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match="give") as caught:
        check(parsed(*options))
    assert str(caught.value) == message


def test_tiles_of_a_size_that_the_pictures_chose_are_checked_too() -> None:
    args = parsed("--input-size", AUTO, "--tiles", "1x2", "--network", "ddrnet")
    args.input_size = (100, 128)
    with pytest.raises(ValueError, match=r"multiples of 8$"):
        check_tiles(args)


def test_a_size_is_height_by_width(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--input-size", "big", "-o", "nowhere"])
    assert "'big' is not two numbers such as 360x480" in capsys.readouterr().err
