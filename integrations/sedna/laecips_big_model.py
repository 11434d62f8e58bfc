"""Cloud worker: Sedna's big-model service with the cloud node's service in it.

Sedna sets MODEL_URL, a bundle's manifest.json, SERVICE_NAME and BIG_MODEL_BIND_PORT. Ours:
PARAMS_FILE, a parameter file such as config/cloud.yaml.
"""

from __future__ import annotations

import os

from laecips_joint.big_model import BigModel

# Sedna wraps the model for TensorFlow unless this names a framework that it does not know.
os.environ["BACKEND_TYPE"] = "ONNX"


def main() -> None:
    """Serve until the process is ended."""
    from sedna.core.joint_inference import BigModelService  # noqa: PLC0415 (reads BACKEND_TYPE)

    BigModelService(estimator=BigModel(params_file=os.environ.get("PARAMS_FILE", ""))).start()


if __name__ == "__main__":
    main()
