"""Paths of this project's installed files: configuration, shipped networks, the RViz layout."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from laecips_cloud.class_scorers.semantic_network import NETWORK, QUICK
from laecips_edge.core.inference.engines import installed_engines, precision_of
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

__all__ = ["config_file", "rviz_layout", "shipped_bundle", "teacher_for", "usual_engine"]

UMBRELLA = "laecips"
BRINGUP = "laecips_bringup"

NO_TEACHER = "none"
ONNX_RUNTIME, OPENVINO = "onnxruntime", "openvino"


def config_file(name: str) -> Path | None:
    """Return a file of `config/`; None where this package was built without the umbrella."""
    try:
        path = Path(get_package_share_directory(UMBRELLA)) / "config" / name
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def rviz_layout() -> Path:
    """Return the path of the RViz layout."""
    return Path(get_package_share_directory(BRINGUP)) / "rviz" / "laecips.rviz"


def usual_engine() -> str:
    """Return the default engine of replays: OpenVINO if it computes in bfloat16, twice as fast."""
    if OPENVINO in installed_engines() and precision_of(OPENVINO) == "bf16":
        return OPENVINO
    return ONNX_RUNTIME


def teacher_for(bundle: str | Path, asked: str, *, engine: str = ONNX_RUNTIME) -> str:
    """Return the folder of the cloud's teacher; an empty text for none.

    Args:
        bundle: folder of the bundle that runs.
        asked: a folder; `none`; or empty for the teacher shipped with the shipped bundle, and none
            with any other bundle, which may have other classes.
        engine: the engine that will run the teacher.

    Raises:
        FileNotFoundError: the folder `asked` does not exist.
    """
    if asked == NO_TEACHER:
        return ""
    if asked:
        if not Path(asked).exists():
            raise FileNotFoundError(
                f"teacher {asked}: not there; give a folder that `laecips train --role teacher` "
                f"made, an ONNX file with its class table, or {NO_TEACHER}"
            )
        return str(Path(asked).resolve())
    ours = bundle and Path(bundle).resolve() == shipped_bundle().resolve()
    # At the demo's rate one core is too slow for the whole network in fp32.
    teacher = shipped_teacher() / (NETWORK if engine == OPENVINO else QUICK)
    return str(teacher) if ours and teacher.is_file() else ""
