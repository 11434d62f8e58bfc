"""A network of ours as a file for the class scorer `onnx`, and what must never become one."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from laecips_cloud.class_scorers import ClassScorerError, create_class_scorer
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.export import scorer_export
from laecips_cloud.export.scorer_export import export_scorer, require_scorer_folder
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.batches import normalise
from laecips_edge.core.inference.scores import softmax, upsample

pytestmark = pytest.mark.slow

exported_anew = scorer_export.scorer_graph.__wrapped__

# The same architecture as the tiny teacher's: a run of all tests exports its graph once.
CLASSES = ("ground", "red", "green", "blue")
SIZE = (96, 128)
FILES = ["classes.yaml", "network.onnx", "network.weights"]


def teacher(seed: int = 0) -> RFNet:
    """Random weights; the statistics of its batch norms are not the first ones."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = RFNet(classes=len(CLASSES), width=0.125, depth=False)
        with torch.no_grad():
            for _ in range(3):
                network(torch.randn(2, 3, *SIZE))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval()


def export(network: RFNet, path: Path, temperature: float = 1.0) -> SemanticNetwork:
    return export_scorer(network, path, classes=CLASSES, input_size=SIZE, temperature=temperature)


@pytest.fixture
def picture() -> np.ndarray:
    blocks = np.random.default_rng(3).integers(0, 256, (6, 8, 3), np.uint8)
    return blocks.repeat(16, axis=0).repeat(16, axis=1)


def scores_of(network: RFNet, picture: np.ndarray, temperature: float) -> np.ndarray:
    with torch.inference_mode():
        logits = network(normalise(picture[None]))[0].numpy()
    return softmax(np.ascontiguousarray(logits), temperature=temperature)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> SemanticNetwork:
    """The teacher of seed 0."""
    return export(teacher(), tmp_path_factory.mktemp("exported") / "new" / "teacher", 1.71234)


@pytest.fixture
def older(exported: SemanticNetwork, tmp_path: Path) -> Path:
    """A folder that holds it, alone in the test's."""
    shutil.copytree(exported.path.parent, tmp_path / "teacher")
    return tmp_path / "teacher"


def test_it_scores_as_torch_does(exported: SemanticNetwork, picture: np.ndarray) -> None:
    """But for float16, in which its weights are kept."""
    expected = scores_of(teacher(), picture, 1.7123)
    np.testing.assert_allclose(exported.scores(picture), expected, atol=5e-3)
    assert expected.std() > 0.01
    folder = exported.path.parent
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["teacher"]


def test_by_the_weights_as_they_are_kept_it_is_torch(tmp_path: Path, picture: np.ndarray) -> None:
    network = teacher()
    rounded = {
        name: weight.half().float() if weight.is_floating_point() else weight
        for name, weight in network.state_dict().items()
    }
    network.load_state_dict(rounded)
    made = export(network, tmp_path / "teacher")
    np.testing.assert_allclose(made.scores(picture), scores_of(network, picture, 1.0), atol=2e-5)


def test_the_scorer_takes_the_folder(exported: SemanticNetwork, picture: np.ndarray) -> None:
    options = {"model": str(exported.path.parent)}
    scorer = create_class_scorer("onnx", options, classes=CLASSES)
    large = np.asarray(cv2.resize(picture, (200, 130), interpolation=cv2.INTER_NEAREST))
    small = np.asarray(cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA))
    found = scorer.score(large, lambda: pytest.fail("f was asked"))
    expected = upsample(scores_of(teacher(), small, 1.7123), (130, 200))
    np.testing.assert_allclose(found, expected, atol=5e-3)
    with pytest.raises(ClassScorerError, match="has ground, red, green, blue; it may have belt"):
        create_class_scorer("onnx", options, classes=("belt",))


def test_a_quick_version_shares_weights_and_table(tmp_path: Path, picture: np.ndarray) -> None:
    path = tmp_path / "teacher"
    export_scorer(
        teacher(),
        path,
        classes=CLASSES,
        input_size=SIZE,
        temperature=2.0,
        quick_size=(32, 64),
    )
    assert sorted(contents(path)) == sorted([*FILES, "quick.onnx"])
    small = np.asarray(cv2.resize(picture, (64, 32), interpolation=cv2.INTER_AREA))
    quick = SemanticNetwork(path / "quick.onnx", CLASSES)
    np.testing.assert_allclose(
        quick.scores(picture), upsample(scores_of(teacher(), small, 2.0), SIZE), atol=5e-3
    )


def test_the_files_are_small_and_name_no_folder_of_this_machine(
    exported: SemanticNetwork,
) -> None:
    content = b"".join(contents(exported.path.parent).values())
    numbers = sum(weight.numel() for weight in teacher().state_dict().values())
    assert 2 * numbers < len(content) < 2 * numbers + 200_000
    for folder in (Path(__file__).parents[3], Path(torch.__file__).parent):
        assert str(folder).encode() not in content


def test_the_same_weights_are_the_same_file_and_nothing_else_is_touched(
    exported: SemanticNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = teacher()
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    # A network is made for the graph, anew; its export gives the same (test_onnx_graph.py).
    graph = scorer_export.scorer_graph(len(CLASSES), 0.125, SIZE)
    monkeypatch.setattr(scorer_export, "scorer_graph", exported_anew)
    monkeypatch.setattr(scorer_export, "graph_without_weights", lambda *_, **__: graph)
    torch.manual_seed(7)
    expected = torch.randn(3)
    torch.manual_seed(7)
    again = export(network, tmp_path / "teacher", 1.71234)
    assert torch.equal(torch.randn(3), expected)
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())
    assert contents(again.path.parent) == contents(exported.path.parent)


# --- what is there already ---


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_network_that_is_there_is_replaced(older: Path, picture: np.ndarray) -> None:
    (older / "notes.txt").write_text("of the first")
    before = SemanticNetwork(older, CLASSES).scores(picture)
    network = teacher(1)
    scores = export(network, older).scores(picture)
    np.testing.assert_allclose(scores, scores_of(network, picture, 1.0), atol=5e-3)
    assert not np.allclose(scores, before, atol=5e-3)
    assert sorted(contents(older)) == FILES
    assert [path.name for path in older.parent.iterdir()] == ["teacher"]


def _file(path: Path) -> None:
    path.write_text("mine")


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "notes.txt").write_text("mine")


@pytest.mark.parametrize("make", [_file, _folder, Path.mkdir], ids=["file", "folder", "empty"])
def test_what_is_something_else_is_refused(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "mine"
    make(path)
    before = contents(path) if path.is_dir() else path.read_bytes()
    message = re.escape(f"{path}: is there and holds no network.onnx; give another folder")
    with pytest.raises(ValueError, match=message):
        require_scorer_folder(path)
    with pytest.raises(ValueError, match=message):
        export(teacher(), path)
    assert (contents(path) if path.is_dir() else path.read_bytes()) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_free_place_and_an_older_network_are_taken(tmp_path: Path) -> None:
    require_scorer_folder(tmp_path / "new" / "teacher")
    (tmp_path / "network.onnx").touch()
    require_scorer_folder(tmp_path)


# --- what cannot be exported leaves what is there as it is ---


def _not_a_number(network: RFNet) -> None:
    torch.nn.init.constant_(network.logits.conv.weight, float("nan"))


def _too_large(network: RFNet) -> None:
    torch.nn.init.constant_(network.backbone.bn1.running_var, 1e6)


def _infinite(network: RFNet) -> None:
    torch.nn.init.constant_(network.backbone.bn1.running_var, float("inf"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_not_a_number, "its answer is not finite; check its weights"),
        (_too_large, "backbone.bn1.running_var exceeds 65504.0, float16's largest; train it"),
        (_infinite, "backbone.bn1.running_var exceeds 65504.0, float16's largest; train it"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_weights_that_cannot_be_kept(
    spoil: Callable[[RFNet], None], message: str, older: Path
) -> None:
    before = contents(older)
    network = teacher(1)
    spoil(network)
    with pytest.raises(ValueError, match=re.escape(message)):
        export(network, older)
    assert [path.name for path in older.parent.iterdir()] == ["teacher"]
    assert contents(older) == before


def test_another_number_of_classes_and_a_free_place(tmp_path: Path) -> None:
    with pytest.raises(ClassScorerError, match=r"its answer is \[1, 4, 96, 128\], the class tab"):
        export_scorer(
            teacher(), tmp_path / "teacher", classes=CLASSES[:3], input_size=SIZE, temperature=1.0
        )
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full(older: Path, full_after: Callable[[int | None], None]) -> None:
    before = contents(older)
    full_after(50_000)
    with pytest.raises(OSError, match="File too large"):
        export(teacher(1), older)
    full_after(None)
    assert contents(older) == before
    assert [path.name for path in older.parent.iterdir()] == ["teacher"]


def test_one_that_was_stopped_as_it_took_its_place(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older network may lie beside its place, but it is never gone."""
    before = contents(older)
    rename, calls = os.rename, []

    def stop(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        export(teacher(1), older)
    (old,) = older.parent.iterdir()
    assert contents(old) == before
