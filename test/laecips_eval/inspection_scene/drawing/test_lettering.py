"""The alphabet knows what it is asked to print."""

from laecips_eval.inspection_scene.drawing.lettering import part_number, rating, text_width, write
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Pen


def test_everything_that_is_ever_printed_can_be_printed() -> None:
    pen = Pen(120, 20)
    for seed in range(200):
        stream = RandomStream(seed)
        for text in (part_number(stream), rating(stream)):
            write(pen, (0, 0), text, 1.0, (255, 255, 255))
    write(pen, (0, 0), "!", 1.0, (255, 255, 255))


def test_letters_have_their_size() -> None:
    pen = Pen(40, 20)
    write(pen, (0, 0), "H", 2.0, (255, 255, 255))
    letter = pen.sprite().colour[:, :, 0] > 127
    rows, columns = letter.any(axis=1).nonzero()[0], letter.any(axis=0).nonzero()[0]
    assert columns.max() - columns.min() + 1 in (10, 11)
    assert rows.max() - rows.min() + 1 in (14, 15)
    assert text_width("H", 2.0) == 10
    assert text_width("HH", 2.0) == 22
