"""Make the corpus: a few small files for each target, accepted ones and faults that were found.

python test/fuzz/make_corpus.py
"""

import json
import struct
from pathlib import Path

import laecips_edge.core.link.laecips_bridge_pb2 as pb
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fuzz_targets import CLASSES, PARENT, SHAPE, mended
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.bundle.weights_delta import Change, encode_delta
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.link import model_protobuf, protobuf, teaching, wire
from laecips_edge.core.link.announced import SERVICE, properties
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    RobotReport,
    UpdateOutcome,
    UpdateReport,
)
from laecips_edge.core.link.protocol import OURS
from laecips_edge.core.signing.signing_key import SigningKey
from zeroconf import DNSOutgoing, DNSPointer, DNSRecord, ServiceInfo

CORPUS = Path(__file__).parent / "corpus"

ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]]
RGB = np.stack([ROWS * 10, COLUMNS * 7, (ROWS + COLUMNS) * 4], axis=-1).astype(np.uint8)
LABELS = (COLUMNS // 8 % CLASSES).astype(np.uint8)
DEPTH = (ROWS * 400 + COLUMNS).astype(np.uint16)
SCORES = np.eye(CLASSES, dtype=np.float32)[LABELS[::4, ::4]].transpose(2, 0, 1)
STEPS = (SCORES * 255).astype(np.uint8).reshape(-1, SCORES.shape[2])
MANIFEST = json.loads(
    Manifest(
        name="line",
        version=2,
        parent=1,
        classes=("belt", "part"),
        palette=((0, 0, 0), (255, 0, 0)),
        input_size=(96, 128),
        delta=0.5,
        beta=0.1,
        quantiles=(0.1, 0.9),
        thresholds={"spp": 0.8},
        files={"graph_f.onnx": "0" * 64},
    ).to_json()
)
RESPONSE = 0x8400
"""Flags of a packet that answers."""


def manifest(**changes: object) -> bytes:
    """The text of a manifest, with changes."""
    return json.dumps(MANIFEST | changes).encode()


def claiming(png: bytes, height: int, width: int) -> bytes:
    """A PNG whose header claims another size."""
    return mended(png[:16] + struct.pack(">II", width, height) + png[24:])


def with_long_chunk(png: bytes) -> bytes:
    """A PNG whose first chunk of pixels claims to be 4 GB long."""
    return png[:33] + b"\xff" * 4 + png[37:]


def jpeg_claiming(height: int, width: int) -> bytes:
    """A JPEG whose frame header claims another size."""
    whole = encode_jpeg(RGB, 50)
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


def messages() -> dict[str, dict[str, bytes]]:
    """The files of the targets that are protobuf messages."""
    frame = pb.HardFrame(
        protocol=OURS.newest,
        request_id="r1/7",
        robot="r1",
        stamp_ns=5,
        frame_id="camera",
        picture=b"jpeg",
        picture_format="jpeg",
        bundle_version=1,
        classes_hash="c",
        trust=0.5,
        remaining_s=1.0,
    )
    wrong_clock = pb.HardFrame()
    wrong_clock.CopyFrom(frame)
    wrong_clock.stamp_ns = 2**62
    report = UpdateReport(outcome=UpdateOutcome.REFUSED, version=2, running=1, reason="why")
    offer = ModelOffer(name="n", version=2, classes_hash="c", manifest_sha256="m", bytes=5)
    return {
        "greeting": {"versions": protobuf.encode_greeting()},
        "hard_frame": {
            "frame": frame.SerializeToString(),
            "clock_beyond_ros": wrong_clock.SerializeToString(),
        },
        "hard_frame_answer": {
            "maps": protobuf.encode_answer(
                HardFrameAnswer(status=AnswerStatus.OK, label_map=b"png", confidence_map=b"png")
            ),
        },
        "model_piece_request": {
            "piece": model_protobuf.encode_piece_request(
                PieceRequest(version=2, file="graph_f.onnx", offset=3, length=9)
            ),
        },
        "model_piece": {"piece": model_protobuf.encode_piece(PieceAnswer(size=9, data=b"data"))},
        "frame_piece": {
            "piece": teaching.encode_frame_piece(next(teaching.pieces("r1/7", b"frame")))
        },
        "model_update": {"offer": model_protobuf.encode_offer(offer)},
        "model_report": {
            "refused": model_protobuf.encode_report(
                RobotReport(robot="r1", stamp_ns=5, report=report)
            ),
            "clock_beyond_ros": pb.ModelReport(robot="r1", stamp_ns=-(2**62)).SerializeToString(),
        },
    }


def pictures() -> dict[str, dict[str, bytes]]:
    """The files of the targets that are pictures."""
    labels, scores = encode_png(LABELS), encode_png(STEPS)
    confidence = wire.encode_confidence_map(LABELS)
    return {
        "picture": {
            "jpeg": encode_jpeg(RGB, 50),
            "png": encode_png(LABELS),
            "huge_jpeg": jpeg_claiming(30_000, 30_000),
            "huge_png": claiming(encode_png(LABELS), 30_000, 30_000),
        },
        "depth": {
            "png": wire.encode_depth(DEPTH),
            "long_chunk": with_long_chunk(wire.encode_depth(DEPTH)),
        },
        "scores": {
            "runs": wire.encode_scores(SCORES),
            "png": scores,
            "huge_png": claiming(scores, 30_000, 30_000),
        },
        "confidence_map": {
            "coarse": confidence,
            "long_sides": confidence[:6] + b"\xff" * 4 + confidence[10:],
        },
        "label_map": {
            "runs": wire.encode_label_map(LABELS),
            "huge_runs": b"RUN1" + b"\xff" * 8,
            "png": labels,
            "huge_png": claiming(labels, 30_000, 30_000),
            "long_chunk": with_long_chunk(labels),
        },
    }


def manifests() -> dict[str, bytes]:
    """The files of the target `manifest`."""
    return {
        "whole": manifest(),
        "nested": b"[" * 5_000,
        "huge_number": manifest(beta=10**400),
        "not_a_number": manifest(width=float("nan")),
        "names_are_numbers": manifest(classes=[1, 2]),
        "half_a_character": manifest(classes=["belt", "\ud800"]),
        "half_a_pixel": manifest(input_size=[96.5, 128]),
    }


def packet(*records: DNSRecord) -> bytes:
    """A packet of DNS-SD."""
    outgoing = DNSOutgoing(RESPONSE)
    for record in records:
        outgoing.add_answer_at_time(record, 0)
    (data,) = outgoing.packets()
    return bytes(data)


def announced(tls_name: str = "cloud", *, port: int = 50443, ip: str = "192.0.2.1") -> bytes:
    """The packet of a gateway."""
    name = f"gateway-1.{SERVICE}"
    info = ServiceInfo(
        SERVICE,
        name,
        port=port,
        properties=properties(tls_name),
        server="gateway-1.local.",
        parsed_addresses=[ip],
    )
    return packet(info.dns_pointer(), info.dns_service(), info.dns_text(), *info.dns_addresses())


def announcements() -> dict[str, bytes]:
    """The files of the target `announcement`."""
    return {
        "gateway": announced(),
        "version_6": announced(ip="fe80::1"),
        "no_port": announced(port=0),
        "no_name": announced("a name\n"),
        "pointer_to_no_service": packet(DNSPointer(SERVICE, 12, 1, 120, "x.")),
        "control_characters": packet(DNSPointer(SERVICE, 12, 1, 120, "\x1b[2J\n.")),
    }


def deltas() -> dict[str, bytes]:
    """The files of the target `weights_delta`."""
    change = Change(np.float32(0.25), np.arange(15, dtype=np.int8).reshape(3, 5))
    whole = encode_delta(PARENT, {"f.a": change})
    return {"whole": whole, "nothing": encode_delta(PARENT, {}), "cut": whole[:-4]}


def signatures() -> dict[str, bytes]:
    """The files of the target `signature`."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = SigningKey(private=private, keys=(public,))
    whole = key.sign("0" * 64, until=1_800_000_000, over=3).to_text()
    return {
        "whole": whole.encode(),
        "other_time": whole.replace("1800000000", "1900000000").encode(),
        "no_point_of_the_curve": whole.replace(public.hex(), "ff" * 32).encode(),
        "far_number": whole.replace("1800000000", "9" * 400).encode(),
    }


def corpus() -> dict[str, dict[str, bytes]]:
    """Every file, by target and name."""
    return {
        **messages(),
        **pictures(),
        "manifest": manifests(),
        "announcement": announcements(),
        "weights_delta": deltas(),
        "signature": signatures(),
    }


def main() -> None:
    """Write the files."""
    for target, files in corpus().items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
