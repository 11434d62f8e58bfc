"""docs/nav2.md names topics that the edge node has, of the types that the layer takes."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "nav2.md").read_text(encoding="utf-8")
TOPICS = (ROOT / "docs" / "topics-and-parameters.md").read_text(encoding="utf-8")


def test_the_example_takes_topics_of_the_edge_node() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    costmap = yaml.safe_load(example[1])["local_costmap"]["local_costmap"]["ros__parameters"]
    source = costmap["semantic_layer"]["front"]
    table = re.findall(r"^\| `(\w+_topic)` \| (\S+?),? .*\| `~/(\w+)`", PAGE, re.MULTILINE)
    for parameter, kind, topic in table:
        assert source[parameter] == f"/edge/{topic}"
        assert f"| `~/{topic}` | {kind}" in TOPICS
    assert [name for name, *_ in table] == [
        "segmentation_topic",
        "confidence_topic",
        "labels_topic",
    ]
    assert all(kind in source for kind in source["class_types"])
