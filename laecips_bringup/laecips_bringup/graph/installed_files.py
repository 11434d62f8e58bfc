"""Which installed engine and teacher a run takes where nobody names one."""

from __future__ import annotations

from pathlib import Path

from laecips_cloud.class_scorers.semantic_network import NETWORK, QUICK
from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.inference.engines import installed_engines, precision_of
from laecips_edge.launching.installed_files import config_file, rviz_layout, shipped_bundle
from laecips_eval.shipped_models import shipped_teacher

__all__ = ["config_file", "rviz_layout", "shipped_bundle", "teacher_for", "usual_engine"]

NO_TEACHER = "none"
ONNX_RUNTIME, OPENVINO = "onnxruntime", "openvino"


def usual_engine() -> str:
    """Return the default engine of replays: OpenVINO if it computes in bfloat16, twice as fast."""
    if OPENVINO in installed_engines() and precision_of(OPENVINO) == "bf16":
        return OPENVINO
    return ONNX_RUNTIME


def teacher_for(bundle: str | Path, asked: str, *, engine: str = ONNX_RUNTIME) -> str:
    """Return the folder of the cloud's teacher; an empty text for none.

    Which bundle it is its manifest says, which has the hash of each file: an installation may be
    links or copies of the sources.

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
        if not Path(asked).expanduser().exists():
            raise FileNotFoundError(
                f"teacher {asked}: not there; give a folder that `laecips train --role teacher` "
                f"made, an ONNX file with its class table, or {NO_TEACHER}"
            )
        return str(Path(asked).expanduser().resolve())
    ours = bundle and _manifest(Path(bundle).expanduser()) == _manifest(shipped_bundle()) != b""
    # At the demo's rate one core is too slow for the whole network in fp32.
    teacher = shipped_teacher() / (NETWORK if engine == OPENVINO else QUICK)
    return str(teacher) if ours and teacher.is_file() else ""


def _manifest(bundle: Path) -> bytes:
    """Return the content of a bundle's manifest; empty where it cannot be read."""
    try:
        return (bundle / MANIFEST).read_bytes()
    except OSError:
        return b""
