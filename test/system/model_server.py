"""A trainer's two topics and its service, which may misbehave as a test wants it to."""

import array
import threading
from collections.abc import Callable
from typing import Any

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.ros import qos
from made_bundles import manifest_sha256, size
from processes import Peer, RosProcess, until

from laecips_msgs.msg import ModelReport, ModelUpdate
from laecips_msgs.srv import GetModel

LATE_S = 2**34
"""Until when its signatures hold, in the year 2514."""

Request, Response = GetModel.Request, GetModel.Response


class ModelServer:
    """Offers bundles and serves their files, on a node and thread of its own.

    Args:
        domain: ROS domain.
        namespace: of the robot.
        key: that signs offers, orders over every version; None: they are not signed.
    """

    def __init__(self, domain: int, namespace: str = "", key: SigningKey | None = None) -> None:
        self.key = key
        self.bundles: dict[int, Bundle] = {}
        self.requests: list[Request] = []
        self.reply: Callable[[Request], Response] = self.good
        self.gate = threading.Event()
        self.gate.set()
        self._peer = Peer(domain, "test_trainer")
        self._namespace = namespace

    def __enter__(self) -> "ModelServer":
        self._peer.__enter__()
        name = self._namespace
        self.reports: list[ModelReport] = self._peer.subscribe(
            ModelReport, f"{name}/model_report", qos.latched(depth=20)
        )
        self._offers = self._peer.publisher(ModelUpdate, f"{name}/model_update", qos.latched())
        self._peer.node.create_service(GetModel, f"{name}/get_model", self._serve)
        return self

    def __exit__(self, *error: Any) -> None:
        self.gate.set()
        self._peer.__exit__(*error)

    def offer(self, bundle: Bundle, **fields: Any) -> None:
        """Serve a bundle and announce it; `fields` in the place of what is right."""
        manifest = bundle.manifest
        self.bundles[manifest.version] = bundle
        right: dict[str, Any] = {
            "name": manifest.name,
            "version": manifest.version,
            "parent": manifest.parent or 0,
            "classes_hash": manifest.classes_hash,
            "manifest_sha256": manifest_sha256(bundle),
            "bytes": size(bundle),
        }
        right |= fields
        if self.key is not None:
            over = 2**32 - 1 if right.get("ordered") else 0
            signature = self.key.sign(right["manifest_sha256"], until=LATE_S, over=over)
            right = {"signature": signature.to_text(), **right}
        self._offers.publish(ModelUpdate(**right))

    def report(self, version: int, outcome: int, process: RosProcess) -> ModelReport:
        """The newest report of that kind, once it is there."""
        return until(
            lambda: next(
                (
                    report
                    for report in reversed(self.reports)
                    if (report.version, report.outcome) == (version, outcome)
                ),
                None,
            ),
            process=process,
            what=f"a report {outcome} of version {version}, not only {self.reports}",
        )

    def good(self, request: Request) -> Response:
        """What was asked for."""
        bundle = self.bundles.get(request.version)
        if bundle is None:
            return Response(status=Response.UNKNOWN_VERSION, message="not here")
        data = (bundle.path / request.file).read_bytes()
        piece = data[request.offset : request.offset + request.length]
        return Response(size=len(data), data=array.array("B", piece))

    def _serve(self, request: Request, _: Response) -> Response:
        self.requests.append(request)
        assert self.gate.wait(30)
        return self.reply(request)
