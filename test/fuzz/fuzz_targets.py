"""What is parsed from the network, as targets of a fuzzer.

A target takes any bytes and returns whether they were accepted. The declared error of the parser is
a refusal; any other exception is a fault, and so is an accepted message that breaks a promise.
"""

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import numpy as np
import safetensors.numpy
from builtin_interfaces.msg import Time
from laecips_edge.bridge.discovery import MOST, Announcements
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.bundle.weights_delta import apply_delta
from laecips_edge.core.image.codecs import ImageError, decode_rgb
from laecips_edge.core.link import model_protobuf, protobuf, teaching, wire
from laecips_edge.core.link.announced import SERVICE, Announced
from laecips_edge.core.link.protocol import OURS, meeting
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.signing.signature import MOST_BYTES, Signature, SignatureError
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.ros.messages.hard_frame import answer_message, request_message, request_of
from laecips_edge.ros.messages.headers import header_of
from laecips_edge.ros.messages.model_update import (
    offer_message,
    offer_of,
    piece_message,
    piece_of,
    piece_request_message,
    piece_request_of,
    report_message,
    report_of,
)
from std_msgs.msg import Header
from zeroconf import DNSCache, DNSIncoming, DNSPointer, ServiceInfo

from laecips_msgs.srv import GetModel, SegmentHardFrame

SHAPE = (24, 32)
CLASSES = 4
MOST_PIXELS = 1 << 20
LONGEST_LINE = 400
PARENT = safetensors.numpy.save(
    {"f.a": np.zeros((3, 5), np.float16), "h.b": np.ones(4, np.float16)}
)
PNG_START = b"\x89PNG\r\n\x1a\n"


def greeting(data: bytes) -> bool:
    """A robot's versions, or a gateway's."""
    meeting(OURS, protobuf.decode_greeting(data))
    return True


def hard_frame(data: bytes) -> bool:
    """A request of a robot; the gateway makes a ROS message of it."""
    request = protobuf.decode_request(data)
    if math.isnan(request.trust):
        request = replace(request, trust=0.5)
    assert request_of(request_message(request)) == request
    return True


def hard_frame_answer(data: bytes) -> bool:
    """The answer of a gateway; the bridge makes a ROS message of it."""
    answer_message(SegmentHardFrame.Response(), protobuf.decode_answer(data), Header())
    return True


def model_piece_request(data: bytes) -> bool:
    """A robot's request for a piece of a file."""
    request = model_protobuf.decode_piece_request(data)
    assert request.length <= model_protobuf.MAX_PIECE
    assert piece_request_of(piece_request_message(request)) == request
    return True


def model_piece(data: bytes) -> bool:
    """A piece of a file, from a gateway."""
    piece = model_protobuf.decode_piece(data)
    assert piece_of(piece_message(GetModel.Response(), piece)) == piece
    return True


def model_update(data: bytes) -> bool:
    """An offer, from a gateway."""
    offer = model_protobuf.decode_offer(data)
    assert offer is None or offer_of(offer_message(offer, stamp=Time())) == offer
    return True


def model_report(data: bytes) -> bool:
    """A robot's report; the gateway makes a ROS message of it."""
    report = model_protobuf.decode_report(data)
    stamp = header_of(report.stamp_ns, "").stamp
    assert report_of(report_message(report.report, robot=report.robot, stamp=stamp)) == report
    return True


def frame_piece(data: bytes) -> bool:
    """A piece of a spooled frame of a robot; the gateway puts the frame together."""
    piece = teaching.decode_frame_piece(data)
    assembly = teaching.Assembly(piece.size)
    assembly.add(piece)
    assert assembly.size == piece.size
    return True


def picture(data: bytes) -> bool:
    """A picture of a robot, JPEG or PNG."""
    pixels = decode_rgb(mended(data), most_pixels=MOST_PIXELS)
    assert pixels.dtype == np.uint8
    assert 0 < pixels.shape[0] * pixels.shape[1] <= MOST_PIXELS
    return True


def depth(data: bytes) -> bool:
    """The depth image of a robot."""
    pixels = wire.decode_depth(mended(data), SHAPE)
    assert (pixels.dtype, pixels.shape) == (np.uint16, SHAPE)
    return True


def scores(data: bytes) -> bool:
    """The scores of a robot's f."""
    found = wire.decode_scores(mended(data), CLASSES)
    assert found.shape[0] == CLASSES
    assert np.allclose(found.sum(axis=0), 1, atol=1e-5)
    return True


def label_map(data: bytes) -> bool:
    """The label map of a cloud."""
    found = wire.decode_label_map(mended(data), SHAPE, CLASSES)
    assert found.shape == SHAPE
    assert ((found < CLASSES) | (found == wire.NO_CLASS)).all()
    return True


def confidence_map(data: bytes) -> bool:
    """The confidence map of a cloud."""
    found = wire.decode_confidence_map(mended(data), SHAPE)
    assert (found.dtype, found.shape) == (np.uint8, SHAPE)
    return True


def weights_delta(data: bytes) -> bool:
    """What changed in the weights, from a trainer."""
    assert len(apply_delta(PARENT, data)) == len(PARENT)
    return True


def signature(data: bytes) -> bool:
    """The signature of an update, from a gateway."""
    text = data.decode(errors="replace")
    found = Signature.from_text(text)
    assert Signature.from_text(found.to_text()) == found
    assert len(found.to_text()) <= MOST_BYTES
    return bool(TrustedKeys(found.keys).check(text, manifest_sha256=found.manifest))


def manifest(data: bytes) -> bool:
    """The manifest of a bundle, from a trainer."""
    found = Manifest.from_json(data.decode(errors="replace"))
    assert Manifest.from_json(found.to_json()) == found
    assert all(isinstance(number, int) for number in found.logits_shape)
    return True


class Heard:
    """What zeroconf has taken from a packet, asked as the bridge asks it."""

    def __init__(self, data: bytes) -> None:
        records = DNSIncoming(data).answers()
        self.cache = DNSCache()
        self.cache.async_add_records(records)
        self.names = [each.alias for each in records if isinstance(each, DNSPointer)]

    def get_service_info(self, kind: str, name: str, timeout: int) -> ServiceInfo | None:
        """What the records say about a service; None if some are missing."""
        info = ServiceInfo(kind, name)
        return info if info.load_from_cache(self) else None


def announcement(data: bytes) -> bool:
    """A packet of DNS-SD, from anybody on the robot's network."""
    changes: list[list[Announced]] = [[]]
    garbage: list[str] = []
    listener = Announcements(changes.append, on_garbage=garbage.append)
    heard = Heard(data)
    for name in heard.names:
        listener.add_service(heard, SERVICE, name)
    assert all(line.isprintable() and len(line) < LONGEST_LINE for line in garbage)
    assert len(changes[-1]) <= MOST
    for each in changes[-1]:
        host, _, port = each.address.rpartition(":")
        assert ip_address(host.strip("[]").partition("%")[0])
        assert 0 < int(port) < 1 << 16
    return changes[-1] != []


def mended(data: bytes) -> bytes:
    """The same bytes; of a PNG with right checksums, as decoders end at a wrong one."""
    if not data.startswith(PNG_START):
        return data
    whole, at = bytearray(data), len(PNG_START)
    while at + 12 <= len(whole):
        (length,) = struct.unpack(">I", whole[at : at + 4])
        end = min(at + 8 + length, len(whole) - 4)
        whole[end : end + 4] = struct.pack(">I", zlib.crc32(whole[at + 4 : end]))
        at = end + 4
    return bytes(whole)


PARSERS: tuple[Callable[[bytes], bool], ...] = (
    greeting,
    hard_frame,
    hard_frame_answer,
    model_piece_request,
    model_piece,
    model_update,
    model_report,
    frame_piece,
    picture,
    depth,
    scores,
    label_map,
    confidence_map,
    weights_delta,
    signature,
    manifest,
    announcement,
)


def run(parser: Callable[[bytes], bool], data: bytes) -> bool:
    """Whether a parser accepts the data."""
    try:
        return parser(data)
    except (WireError, ImageError, BundleError, SignatureError):
        return False


TARGETS: dict[str, Any] = {parser.__name__: parser for parser in PARSERS}
