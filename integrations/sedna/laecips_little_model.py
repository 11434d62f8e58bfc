"""Edge worker: f and h in Sedna's joint inference; writes a label map for each picture.

Sedna sets MODEL_URL, a bundle's manifest.json, BIG_MODEL_IP, BIG_MODEL_PORT, SERVICE_NAME, HEM_NAME
and HEM_PARAMETERS. Ours: PICTURES, a folder of pictures to label once each; or VIDEO_URL, a camera
or stream for OpenCV; OUTPUT, the folder of label maps; PARAMS_FILE, a parameter file such as
config/edge.yaml.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.image.picture import Picture
from laecips_joint.edge_model import EdgeModel
from laecips_joint.little_model import RestSample
from laecips_joint.picture_sample import PictureSample

# Sedna wraps the model for TensorFlow unless this names a framework that it does not know.
os.environ["BACKEND_TYPE"] = "ONNX"

LOG = logging.getLogger("laecips")
ENDINGS = (".jpg", ".jpeg", ".png")


def pictures(folder: Path) -> Iterator[tuple[Picture, int]]:
    """Yield the pictures of a folder in the order of their names, with their stamps in ns."""
    for number, path in enumerate(sorted(folder.iterdir())):
        if path.suffix.lower() in ENDINGS:
            frame = PictureSample.of_file(path, number=number).frame
            yield frame.picture, frame.stamp_ns


def video(url: str) -> Iterator[tuple[Picture, int]]:
    """Return the frames of a camera, by its number, or of a stream until it ends.

    Raises:
        ValueError: it cannot be opened.
    """
    capture = cv2.VideoCapture(int(url) if url.isdigit() else url)
    if not capture.isOpened():
        raise ValueError(f"VIDEO_URL {url}: cannot be opened; mount the camera, or name a stream")
    return _frames(capture)


def _frames(capture: cv2.VideoCapture) -> Iterator[tuple[Picture, int]]:
    while True:
        there, bgr = capture.read()
        if not there:
            return
        height, width = bgr.shape[:2]
        message = SimpleNamespace(
            height=height,
            width=width,
            encoding="bgr8",
            is_bigendian=0,
            step=3 * width,
            data=bgr.tobytes(),
        )
        yield Picture(message, compressed=False), time.time_ns()


def main() -> int:
    """Label all frames; return the exit status."""
    import laecips_miners  # noqa: F401, PLC0415 (registers them)
    from sedna.core.joint_inference import JointInference  # noqa: PLC0415 (reads BACKEND_TYPE)

    logging.basicConfig(level=logging.INFO)
    output = Path(os.environ.get("OUTPUT", "out/sedna"))
    output.mkdir(parents=True, exist_ok=True)
    model = EdgeModel(params_file=os.environ.get("PARAMS_FILE", ""))
    upload = Upload(
        robot=os.environ.get("WORKER_NAME", "sedna"),
        session=f"sedna-{time.time_ns()}",
        jpeg_quality=model.settings.jpeg_quality,
        forward_jpeg=model.settings.forward_jpeg,
        send_scores=model.settings.send_scores,
    )
    service = JointInference(estimator=model)
    folder, url = os.environ.get("PICTURES", ""), os.environ.get("VIDEO_URL", "")
    if bool(folder) == bool(url):
        print("laecips_little_model: give PICTURES or VIDEO_URL, and one of them", file=sys.stderr)
        return 2
    try:
        frames = pictures(Path(folder)) if folder else video(url)
    except ValueError as error:
        print(f"laecips_little_model: {error}", file=sys.stderr)
        return 1
    number = -1
    for number, (picture, stamp_ns) in enumerate(frames):
        sample = RestSample(picture, stamp_ns=stamp_ns, number=number, upload=upload)
        started_s = time.monotonic()
        answer = sample.final_answer(service.inference(sample))
        took_s = time.monotonic() - started_s
        (output / f"{stamp_ns}.png").write_bytes(encode_png(answer.label_map, areas=True))
        LOG.info("frame %d: %s in %.2f s %s", stamp_ns, answer.source, took_s, answer.detail)
    if number < 0:
        print(f"laecips_little_model: {folder or url}: there is no picture", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
