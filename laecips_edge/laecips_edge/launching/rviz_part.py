"""RViz beside the edge node, where the package with its layout is installed."""

from __future__ import annotations

from typing import Final

from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from laecips_edge.launching.arguments import Values, is_true
from laecips_edge.launching.camera_topics import COMPRESSED, RAW, CameraTopics, camera_topics
from laecips_edge.launching.installed_files import rviz_layout
from laecips_edge.launching.node_spec import NodeSpec, Parameters, Shared, said

SHOWN: Final = ("overlay", "label_map_color", "confidence_map")
"""Topics of the edge node in the layouts."""


def rviz_part(values: Values, shared: Shared) -> list[NodeSpec]:
    """Return RViz with camera, overlay, label map and confidence; nothing if it is not wanted.

    Of several cameras it shows the first one.

    Raises:
        RuntimeError: RViz is not installed; raised before any node starts.
    """
    if not is_true(values["rviz"]):
        return []
    try:
        get_package_prefix("rviz2")
    except PackageNotFoundError as error:
        raise RuntimeError("rviz2 is not installed: install it, or leave out rviz:=true") from error
    images = camera_topics(values["image_topic"], values["image_transport"], values["cameras"])
    transport = images.transport or said("edge", shared).get("image_transport", RAW)
    return [
        NodeSpec(
            package="rviz2",
            executable="rviz2",
            name="rviz",
            # The layout's topics are relative: they follow namespace and camera topic.
            namespace=shared["namespace"],
            arguments=("-d", str(rviz_layout(compressed=transport == COMPRESSED))),
            remappings=_remappings(images),
            parameters=_clock(shared),
            lifecycle=False,
        )
    ]


def _clock(shared: Shared) -> tuple[Parameters, ...]:
    """Return which clock it takes, as the nodes do; nothing where nobody says it."""
    asked = shared.get("use_sim_time", said("rviz", shared).get("use_sim_time"))
    return () if asked is None else ({"use_sim_time": asked},)


def _remappings(images: CameraTopics) -> dict[str, str]:
    if not images.names:
        return images.remappings
    first = images.names[0]
    base = images.bases[first]
    return {
        "image": base,
        "image/compressed": f"{base}/compressed",
        **{f"edge/{topic}": f"edge/{first}/{topic}" for topic in SHOWN},
    }
