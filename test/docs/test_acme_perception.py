"""docs/examples/acme_perception: a third party's package, installed by pip, used by its names."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_robot import CLOUD, Asker, Response
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import wire
from processes import Peer, RosProcess, claim_domain, until

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "acme_perception"
Blocks = Callable[..., list[str]]

# f is wrong about a glare that lies within one patch: it keeps it, and acme_exposure does not.
GLARE = """
import json
import numpy as np
from laecips_cloud.fusion.assisted_inference import AssistedInference
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.mask_generators import create_mask_generator

rgb = np.full((60, 80, 3), 160, np.uint8)
rgb[24:30, 26:32] = 255
f = np.full((2, 60, 80), [[[0.2]], [[0.8]]], np.float32)
f[:, 24:30, 26:32] = [[[0.9]], [[0.1]]]
generator = create_mask_generator("acme_superpixels", {"size": "20", "compactness": "500"})
answers = {"masks": generator.generate(rgb).count}
for name, options in {"edge": {}, "acme_exposure": {"bright": "250", "weight": "0.1"}}.items():
    scorer = create_class_scorer(name, options, classes=["crack", "panel"])
    assisted = AssistedInference(generator, scorer)(rgb, lambda: f)
    answers[name] = [int(assisted.label_map[27, 29]), int((assisted.label_map == 0).sum())]
print(json.dumps(answers))
"""

REFUSALS = """
import json
from laecips_cloud.class_scorers import ClassScorerError, create_class_scorer
from laecips_cloud.mask_generators import MaskGeneratorError, create_mask_generator

messages = []
for options in {"sise": "9"}, {"size": "nine"}, {"size": "3"}, {"compactness": "0"}:
    try:
        create_mask_generator("acme_superpixels", options)
    except MaskGeneratorError as error:
        messages.append(str(error))
for options in {"wait": "1"}, {"dark": "1.5"}, {"dark": "251"}, {"weight": "nan"}:
    try:
        create_class_scorer("acme_exposure", options, classes=["crack", "panel"])
    except ClassScorerError as error:
        messages.append(str(error))
print(json.dumps(messages))
"""

NETWORK = """
import json
import torch
from laecips_cloud.networks import create_edge_network

f = create_edge_network("acme_strips:21", classes=4, width=0.5)
logits = f.logits_at_stride(torch.zeros(1, 3, 90, 130))
shape = f.rows.weight.shape
print(json.dumps([f.stride, f.architecture, shape[-1], f.stem[0].out_channels, logits.shape]))
"""

SMALL = """
import json
import numpy as np
from laecips_cloud.mask_generators import create_mask_generator

generator = create_mask_generator("acme_superpixels")
pictures = [np.zeros((*shape, 3), np.uint8) for shape in [(1, 1), (5, 90)]]
print(json.dumps([generator.generate(picture).shape for picture in pictures]))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Variables with which a process finds the package, which pip has installed."""
    for tool in ("pip", "setuptools"):
        if importlib.util.find_spec(tool) is None:  # an import of both at once breaks distutils
            pytest.skip(f"{tool} is not installed here")
    folder = tmp_path_factory.mktemp("acme")
    # A copy: pip builds where the sources are.
    source = shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("build"))
    target = folder / "site-packages"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-index"]
    pip += ["--no-deps", "--no-build-isolation", "--target", str(target), str(source)]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    paths = filter(None, [str(target), os.environ.get("PYTHONPATH")])
    return {"PYTHONPATH": os.pathsep.join(paths)}


def told(code: str, environment: Mapping[str, str]) -> Any:
    """What a program in a process of its own prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_pages_show_its_entry_points(blocks: Blocks) -> None:
    other_page = (SOURCE.parents[1] / "edge-networks.md").read_text(encoding="utf-8")
    shown = [*blocks("toml"), *re.findall(r"^```toml\n(.*?)^```$", other_page, re.M | re.S)]
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points: dict[str, Any] = {}
    for block in shown:
        points |= tomllib.loads(block)["project"]["entry-points"]
    assert points == project["entry-points"]


def test_its_edge_network_can_be_f(environment: Mapping[str, str]) -> None:
    assert told(NETWORK, environment) == [8, "acme_strips:21", 21, 8, [1, 4, 12, 17]]


def test_both_parts_serve_f(environment: Mapping[str, str]) -> None:
    answers = told(GLARE, environment)
    assert answers["masks"] > 1
    assert answers["edge"] == [0, 36]
    assert answers["acme_exposure"] == [1, 0]


def test_wrong_options_are_refused_with_the_names_of_the_right_ones(
    environment: Mapping[str, str],
) -> None:
    superpixels, exposure = "mask generator acme_superpixels", "class scorer acme_exposure"
    assert told(REFUSALS, environment) == [
        f"{superpixels} has no option 'sise': it has size, compactness",
        f"{superpixels}: option size is 'nine', it must be int",
        f"{superpixels}: size is 3, it must be at least 4",
        f"{superpixels}: compactness is 0.0, it must be above 0",
        f"{exposure} has no option 'wait': it has dark, bright, weight",
        f"{exposure}: option dark is '1.5', it must be int",
        f"{exposure}: dark is 251 and bright 251, they must be 0 <= dark < bright <= 255",
        f"{exposure}: weight is nan, it must be above 0 and at most 1",
    ]


def test_a_picture_smaller_than_a_patch(environment: Mapping[str, str]) -> None:
    assert told(SMALL, environment) == [[1, 1], [5, 90]]


@pytest.mark.system
def test_the_cloud_node_answers_with_them(
    page: str,
    blocks: Blocks,
    environment: Mapping[str, str],
    tiny_bundle: Bundle,
    tmp_path: Path,
) -> None:
    (acme,) = blocks("yaml", "acme_superpixels")
    (tmp_path / "acme.yaml").write_text(acme, encoding="utf-8")
    parameters = {"bundles": [str(tiny_bundle.path)], "buffer_path": tmp_path / "replay.sqlite"}
    arguments = ["--params-file", str(tmp_path / "acme.yaml")]
    colours = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    jpeg = image_messages.encode_jpeg(colours.repeat(15, axis=0).repeat(20, axis=1), 90)
    with (
        claim_domain() as domain,
        Peer(domain) as peer,
        RosProcess(
            CLOUD, domain, parameters=parameters, arguments=arguments, environment=environment
        ) as process,
    ):
        asker = Asker(peer, process, jpeg, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        response = asker.ask()
        assert (response.status, response.message) == (Response.OK, "")
        wire.decode_label_map(response.label_map.data, (90, 140), 4)
        until(lambda: asker.statuses and asker.statuses[-1].answered, process=process)
        status = asker.statuses[-1]
        assert (status.mask_generator, status.class_scorer) == ("acme_superpixels", "acme_exposure")
        line = "masks by acme_superpixels, classes by acme_exposure"
        assert line in page
        assert line in process.log()
