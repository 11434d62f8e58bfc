"""The metrics of a joint-inference job: functions of (truth, results), as Ianvs calls them.

`truth` has a path for each frame, of a PNG with class indices. `results` has for each frame what
Sedna returns: whether it is hard, the answer, the edge model's answer and the cloud model's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from laecips_cloud.training.data.folder.stored_pictures import read_mask
from laecips_eval.scoring.frame_log import FrameRow, checksum, write_rows
from laecips_eval.scoring.measures.accuracy import Accuracy, FrameScore

from laecips_joint.edge_answer import EdgeAnswer

Result = Sequence[Any]
Metric = Callable[[Sequence[str], Sequence[Result]], float]

FRAME_LOG: Final = "frames.csv"
FOLDER: Final = "RESULT_SAVED_URL"
"""Environment variable in which Ianvs says the folder of an algorithm's results."""


def dataset_miou(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the data set's mIoU of the answers, in [0, 1]: one confusion matrix; nan for none."""
    return _number(_accuracy(truth, results).miou())


def frame_miou(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the paper's mIoU (eq. 22), in [0, 1]: the mean over the frames; nan for none."""
    return _number(_accuracy(truth, results).summary().frame_mean)


def cloud_upload_rate(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the CUR: the share of the frames that went to the cloud, in [0, 1]."""
    return round(float(np.mean([cloud is not None for *_, cloud in results])), 4)


def kilobytes_up(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the payload of all requests in kB (1000 bytes)."""
    return round(sum(cloud.bytes_up for *_, cloud in results if cloud is not None) / 1e3, 1)


def kilobytes_down(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the payload of the cloud's answers in kB (1000 bytes)."""
    return round(sum(cloud.bytes_down for *_, cloud in results if cloud is not None) / 1e3, 1)


def median_latency(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the median of the milliseconds to an answer; computing alone, without a network."""
    return _quantile(results, 0.5)


def high_latency(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the 95th percentile of the milliseconds to an answer; see `median_latency`."""
    return _quantile(results, 0.95)


def logged_frames(truth: Sequence[str], results: Sequence[Result]) -> float:
    """Return the number of frames; write frames.csv, one row a frame, to the algorithm's folder."""
    folder = Path(os.environ.get(FOLDER, "."))
    write_rows(folder / FRAME_LOG, frame_rows(truth, results))
    return len(results)


def frame_rows(truth: Sequence[str], results: Sequence[Result]) -> Iterator[FrameRow]:
    """Yield the rows of a frame log, which a log of `laecips replay --offline` compares with."""
    for index, ((_, answer, edge, cloud), score) in enumerate(
        zip(results, _scores(truth, results), strict=True)
    ):
        decision = edge.decision
        yield FrameRow(
            stamp_ns=edge.stamp_ns,
            index=index,
            source="edge" if cloud is None else "cloud",
            reason="none",
            # Other frame logs have what was published, as float32.
            trust=float(np.float32(decision.trust)),
            delta=float(np.float32(decision.delta)),
            hard=decision.hard,
            audit=decision.audit,
            latency_ms=_latency_ms(edge, cloud),
            bytes_up=0 if cloud is None else cloud.bytes_up,
            bytes_down=0 if cloud is None else cloud.bytes_down,
            version=edge.manifest.version,
            iou=None if score is None else score.iou,
            checksum=checksum(answer.label_map),
            checksum_now=checksum(edge.label_map),
        )


METRICS: Final[dict[str, Metric]] = {
    "mIoU": dataset_miou,
    "mIoU_frames": frame_miou,
    "CUR": cloud_upload_rate,
    "kB_up": kilobytes_up,
    "kB_down": kilobytes_down,
    "ms_p50": median_latency,
    "ms_p95": high_latency,
    "frames": logged_frames,
}
"""The metrics by their names in testenv.yaml."""


def _scores(truth: Sequence[str], results: Sequence[Result]) -> Iterator[FrameScore | None]:
    """Yield the score of each frame's answer; None where the index has no truth (Ianvs gives 0)."""
    for path, (_, answer, edge, _) in zip(truth, results, strict=True):
        if str(path) == "0":
            yield None
            continue
        label_map = np.asarray(read_mask(Path(str(path))), np.uint8)
        yield FrameScore.of(answer.label_map, label_map, classes=len(edge.manifest.classes))


def _accuracy(truth: Sequence[str], results: Sequence[Result]) -> Accuracy:
    classes: Sequence[str] = results[0][2].manifest.classes if results else ()
    accuracy = Accuracy(classes=classes)
    for score in _scores(truth, results):
        if score is not None:
            accuracy.add(score)
    return accuracy


def _latency_ms(edge: EdgeAnswer, cloud: Any) -> float:
    return edge.took_ms + (0.0 if cloud is None else cloud.took_ms)


def _quantile(results: Sequence[Result], share: float) -> float:
    taken = [_latency_ms(edge, cloud) for _, _, edge, cloud in results]
    return round(float(np.quantile(taken, share)), 1)


def _number(value: float | None) -> float:
    return float("nan") if value is None else round(value, 4)
