"""The robot's side of model updates: `model_update`, `get_model`, `model_report`, `~/adapt`.

One thread of its own fetches files, assembles networks and judges pairs. ROS callbacks put work
into its queue and return.
"""

import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription

from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.load_pair import Assemble
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    UpdateReport,
)
from laecips_edge.core.link.transport import Call
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.transfer.rate_limiter import RateLimiter
from laecips_edge.core.update.bundle_download import BundleDownload, Piece
from laecips_edge.core.update.download_driver import DownloadDriver
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.operator_orders import OperatorOrders
from laecips_edge.core.update.trial import Trial
from laecips_edge.core.update.updater import Updater
from laecips_edge.ros import qos
from laecips_edge.ros.messages.model_update import (
    offer_of,
    piece_of,
    piece_request_message,
    report_message,
)
from laecips_edge.ros.parameters import Parameters
from laecips_edge.ros.service_transport import ServiceTransport
from laecips_edge.update.adapt_service import AdaptService
from laecips_msgs.msg import ModelReport, ModelUpdate
from laecips_msgs.srv import GetModel

REPORTS_KEPT = 20
NICENESS = 10

CHANGING = ("adapt", "watch_frames", "update_rate_limit", "update_chunk")
"""Parameters that may change while the thread works."""


class ModelLink:
    """Topics, services and thread of model updates.

    The topics and services exist from configuration to cleanup; the thread runs while the node is
    active.

    Args:
        node: node that owns topics and services.
        parameters: parameters of the node.
        store: the robot's model store.
        running: the pair that labels frames.
        history: observations of the newest frames.
        assemble: puts networks on the engine.
        threadless: whether the engine starts no threads of its own.
        superseded: returns the number of superseded frames so far.
        trusted: keys of which one must have signed an update; None: any is taken.
    """

    def __init__(
        self,
        *,
        node: Node,
        parameters: Parameters,
        store: ModelStore,
        running: RunningPair,
        history: FrameHistory,
        assemble: Assemble,
        threadless: bool,
        superseded: Callable[[], int],
        trusted: TrustedKeys | None,
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._store = store
        self._threadless = threadless
        self._history = history
        self._logger = node.get_logger()
        self._reports = node.create_publisher(
            ModelReport, "model_report", qos.latched(depth=REPORTS_KEPT)
        )
        self._client = node.create_client(GetModel, "get_model")
        self._transport = ServiceTransport(
            self._client, to_message=piece_request_message, from_message=piece_of
        )
        self._offers: Subscription | None = None
        self._breaker = CircuitBreaker(
            failures_to_open=1,
            first_wait_s=parameters["first_retry_s"],
            longest_wait_s=max(parameters["first_retry_s"], parameters["longest_retry_s"]),
        )
        self._rate_limiter = RateLimiter(parameters["update_rate_limit"])
        self._trial = Trial(
            store=store,
            running=running,
            history=history,
            frames=parameters["watch_frames"],
            tell=self._tell,
            logger=self._logger,
        )
        self._updates = Updater(
            store=store,
            running=running,
            trial=self._trial,
            history=history,
            assemble=assemble,
            open_fetch=self._open_fetch,
            breaker=self._breaker,
            tell=self._tell,
            superseded=superseded,
            adapt=parameters["adapt"],
            logger=self._logger,
            trusted=trusted,
        )
        orders = OperatorOrders(
            store=store,
            running=running,
            trial=self._trial,
            assemble=assemble,
            logger=self._logger,
        )
        self._adapt = AdaptService(
            node, orders=orders, version=lambda: running.current.manifest.version
        )
        self._asked: dict[Piece, Call] = {}
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def start(self) -> None:
        """Start the thread, then subscribe to offers."""
        self._stopping = False
        # Orders that were left at the last stop were refused then; a latched offer comes again.
        self._inbox = queue.SimpleQueue()
        self.change({name: self._parameters[name] for name in CHANGING})
        self._thread = threading.Thread(target=self._work, name="model link")
        self._thread.start()
        self._history.listener = self._wake_for_trial
        self._adapt.start(self._inbox.put)
        self._offers = self._node.create_subscription(
            ModelUpdate, "model_update", self._hear, qos.latched()
        )

    def stop(self) -> None:
        """End the subscription to offers, finish the current work, join the thread."""
        if self._offers is not None:
            self._node.destroy_subscription(self._offers)
            self._offers = None
        self._history.listener = None
        if self._thread is None:
            return
        self._stopping = True
        self._inbox.put(_nothing)
        self._thread.join()
        self._thread = None
        self._updates.suspend()
        self._adapt.stop()
        self._store.stopped()

    def destroy(self) -> None:
        """Destroy topics and services; call it on the executor's thread."""
        self._node.destroy_publisher(self._reports)
        self._node.destroy_client(self._client)
        self._adapt.destroy()

    def change(self, values: dict[str, Any]) -> None:
        """Apply changed parameters.

        Args:
            values: changed parameters by name; others than `CHANGING` are ignored.
        """

        def act() -> None:
            self._updates.adapt = values.get("adapt", self._updates.adapt)
            self._trial.frames = values.get("watch_frames", self._trial.frames)
            self._rate_limiter.rate = values.get("update_rate_limit", self._rate_limiter.rate)
            if self._updates.fetch is not None and "update_chunk" in values:
                self._updates.fetch.chunk = values["update_chunk"]

        self._inbox.put(act)

    def _work(self) -> None:
        if self._threadless:
            # Loading and testing must leave the cores to frames. Threads that an engine starts
            # would inherit the low priority, so it is set only if the engine starts none.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._stopping:
            try:
                self._inbox.get(timeout=self._updates.seconds_to_next)()
            except queue.Empty:
                pass
            except Exception as error:
                self._logger.error(f"model updates: {type(error).__name__}: {error}")
            try:
                self._updates.advance()
            except Exception as error:
                # A bug must not end this thread, because it also judges the pair on trial.
                self._logger.error(
                    f"model updates: {type(error).__name__}: {error}", throttle_duration_sec=10.0
                )

    def _wake_for_trial(self) -> None:
        if self._trial.active:
            self._inbox.put(_nothing)

    def _hear(self, message: ModelUpdate) -> None:
        offer = offer_of(message)
        self._inbox.put(lambda: self._updates.offer(offer))

    def _open_fetch(self, offer: ModelOffer, download: BundleDownload) -> DownloadDriver:
        return DownloadDriver(
            download,
            ask=lambda piece: self._ask(offer.version, piece),
            forget=self._forget,
            available=lambda: self._transport.present,
            breaker=self._breaker,
            rate_limiter=self._rate_limiter,
            chunk=self._parameters["update_chunk"],
        )

    def _ask(self, version: int, piece: Piece) -> None:
        request = PieceRequest(
            version=version, file=piece.file, offset=piece.offset, length=piece.length
        )
        self._asked[piece] = self._transport.ask(
            request, lambda answer: self._inbox.put(lambda: self._receive(piece, answer))
        )

    def _receive(self, piece: Piece, answer: PieceAnswer) -> None:
        self._asked.pop(piece, None)
        self._updates.receive(piece, answer)

    def _forget(self, piece: Piece) -> None:
        call = self._asked.pop(piece, None)
        if call is not None:
            call.cancel()

    def _tell(self, report: UpdateReport) -> None:
        stamp = self._node.get_clock().now().to_msg()
        robot = self._parameters["robot"]
        self._reports.publish(report_message(report, robot=robot, stamp=stamp))


def _nothing() -> None:
    """Do nothing: put into the queue, this wakes the thread."""
