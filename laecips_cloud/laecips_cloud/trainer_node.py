"""The trainer node: trains the pair from the replay buffer while robots work, and serves it.

`trainer/trainer.py` decides what is trained and when, `library/version_ledger.py` records the
versions, and a worker process trains (`trainer/worker.py`). `get_model` has its own callback
group, so that robots can fetch files while other callbacks of the node run.
"""

import shutil
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link.model_update import PieceAnswer, PieceStatus
from laecips_edge.ros import qos
from laecips_edge.ros.lifecycle import ManagedNode, run
from laecips_edge.ros.messages.model_update import offer_message, piece_message, piece_request_of
from laecips_edge.ros.status_publisher import StatusPublisher
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.served_files import offered, piece
from laecips_cloud.library.update_signer import UpdateSigner
from laecips_cloud.library.version_ledger import Fate, VersionLedger
from laecips_cloud.replay_buffer.watch import ReplayWatch
from laecips_cloud.trainer.health import TrainerHealth, assess
from laecips_cloud.trainer.source_folder import open_source
from laecips_cloud.trainer.trainer import Trainer
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_cloud.trainer.warn_settings import TrainerWarnSettings
from laecips_cloud.trainer.worker_process import WorkerProcess
from laecips_msgs.msg import ModelReport, ModelUpdate, TrainerStatus
from laecips_msgs.srv import Adapt, GetModel

PERIOD_S = 0.25
STATUS_PERIOD_S = 1.0
REPORTS_KEPT = 100


class TrainerNode(ManagedNode):
    """The managed node `trainer`.

    docs/topics-and-parameters.md lists its topics, services and parameters.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("trainer", **options)
        self._library: ModelLibrary | None = None
        self._trainer: Trainer | None = None
        self._announced = (0, False)  # (version, ordered) of the last offer that was published
        self._signer: UpdateSigner | None = None
        self._trouble = ""
        self._running: dict[str, int] = {}  # what each robot said last that it runs
        self._links: list[Any] = []
        self.parameters.declare(TrainerSettings)
        self._files = MutuallyExclusiveCallbackGroup()
        self._status = StatusPublisher(self, TrainerStatus, text=str)
        self.create_timer(PERIOD_S, self._advance, clock=self.steady_clock)
        self.create_timer(STATUS_PERIOD_S, self._publish_status, clock=self.steady_clock)

    def configure(self) -> None:
        """Check source frames and settings, open the library, create topics and services."""
        settings = self.parameters.read(TrainerSettings)
        how, self._signer = settings.recipe(), settings.signer()
        bundle = Bundle.load(settings.bundle_path())
        source = open_source(how.source, bundle, most=how.source_frames)
        if source.unlabelled:
            self.get_logger().warning(
                f"{how.source}: {len(source.unlabelled)} pictures have no mask and are left out, "
                f"such as {next(iter(source.unlabelled))}"
            )
        library = self._library = ModelLibrary(settings.library_path())
        library.take_in(bundle)
        for line in library.check():
            self.get_logger().warning(line)
        self._trainer = Trainer(
            library=library,
            worker=WorkerProcess(library.root, threads=settings.threads, nice=settings.nice),
            watch=ReplayWatch(how.buffer),
            triggers=settings.triggers(),
            recipe=how,
            keep_versions=settings.keep_versions,
            now_ns=lambda: self.get_clock().now().nanoseconds,
            steady_s=time.monotonic,
            logger=self.get_logger(),
        )
        self._announced = (0, False)
        self._updates = self.create_publisher(ModelUpdate, "model_update", qos.latched())
        self._links = [
            (self.destroy_publisher, self._updates),
            (
                self.destroy_service,
                self.create_service(GetModel, "get_model", self._give, callback_group=self._files),
            ),
            (self.destroy_service, self.create_service(Adapt, "~/adapt", self._adapt)),
            (
                self.destroy_subscription,
                self.create_subscription(
                    ModelReport, "model_report", self._hear, qos.latched(depth=REPORTS_KEPT)
                ),
            ),
        ]
        ledger = library.ledger
        self.get_logger().info(
            f"library {library.root} with versions {', '.join(map(str, sorted(ledger.entries)))}, "
            f"{ledger.offered} is offered, {ledger.parent} is trained from; source {how.source} "
            f"with {len(source)} frames, replay buffer {how.buffer}; offers are "
            f"{self._signer or 'not signed'}"
        )

    def activate(self) -> None:
        """Offer the pair, start the worker, continue an interrupted training."""
        if self._trainer is not None:
            self._trainer.start()

    def deactivate(self) -> None:
        """Stop the worker; the next activation continues its training."""
        if self._trainer is not None:
            self._trainer.stop()

    def release(self) -> None:
        """Destroy topics and services, and unlock the library for another trainer."""
        for destroy, link in self._links:
            destroy(link)
        if self._library is not None:
            self._library.close()
        self._links, self._library, self._trainer = [], None, None

    def _advance(self) -> None:
        if self._trainer is None or self.state != "active":
            return
        try:
            self._trainer.advance()
            self._announce()
            self._trouble = ""
        except Exception as error:  # a full disk or a bug: the node goes on and tries again
            kind = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
            self._trouble = kind + " ".join(str(error).split())
            self.get_logger().error(self._trouble, throttle_duration_sec=10.0)

    def _announce(self) -> None:
        library = self._library
        if library is None:
            return
        due = self._signer is not None and self._signer.due
        if self._announced == (library.ledger.offered, library.ledger.ordered) and not due:
            return
        offer = offered(library, self._signer)
        if offer is not None:
            self._updates.publish(offer_message(offer, stamp=self.get_clock().now().to_msg()))
            self._announced = (offer.version, offer.ordered)

    def _give(self, request: GetModel.Request, response: GetModel.Response) -> GetModel.Response:
        # Another thread may release the library at the same time: read the attribute once.
        library = self._library
        if library is None or self.state != "active":
            state = f"{self.get_fully_qualified_name()} is {self.state}: activate it"
            answer = PieceAnswer(status=PieceStatus.UNAVAILABLE, message=state)
        else:
            max_chunk = self.parameters["max_chunk"]
            answer = piece(library, piece_request_of(request), max_chunk=max_chunk)
        return piece_message(response, answer)

    def _hear(self, report: ModelReport) -> None:
        if self._trainer is None:
            return
        self._running[report.robot] = report.running
        who, version = f"robot {report.robot!r}", f"version {report.version}"
        if report.outcome == ModelReport.SWAPPED:
            self.get_logger().info(f"{who} runs {version}")
        elif report.outcome == ModelReport.ROLLED_BACK:
            self._trainer.roll_back(report.version, robot=report.robot, reason=report.reason)
        else:
            self.get_logger().warning(f"{who} did not take {version}: {report.reason}")

    def _adapt(self, request: Adapt.Request, response: Adapt.Response) -> Adapt.Response:
        trainer, library = self._trainer, self._library
        if trainer is None or library is None or self.state != "active":
            response.message = f"{self.get_fully_qualified_name()} is {self.state}: activate it"
            return response
        orders = {
            Adapt.Request.PAUSE: lambda: trainer.pause(True),
            Adapt.Request.RESUME: lambda: trainer.pause(False),
            Adapt.Request.TRAIN_NOW: trainer.train_now,
            Adapt.Request.ROLL_BACK: lambda: trainer.order(request.version, pin=False),
            Adapt.Request.PIN: lambda: trainer.order(request.version, pin=True),
            Adapt.Request.UNPIN: trainer.unpin,
        }
        try:
            if request.command not in orders:
                raise ValueError(f"there is no command {request.command}")
            response.message = orders[request.command]()
            response.success = True
            self.get_logger().info(f"an operator's order: {response.message}")
            self._announce()
        except (ValueError, OSError) as error:
            response.message = " ".join(str(error).split())
        response.version = library.ledger.offered
        return response

    def _publish_status(self) -> None:
        state, trainer, library = self.state, self._trainer, self._library
        fields: dict[str, Any] = {"state": state}
        health: dict[str, Any] = {"state": state, "failure": self.failure}
        if trainer is not None and library is not None:
            waiting = trainer.waiting
            fields |= _ledger_fields(library.ledger) | {
                "activity": trainer.activity if state == "active" else "",
                "frames_waiting": waiting.frames if waiting is not None else 0,
                "frames_labelled": trainer.labelled.frames,
                "frames_held_out": trainer.labelled.held_out,
            }
            health |= {
                "trouble": self._trouble or trainer.trouble,
                "activity": fields["activity"],
                "paused": library.ledger.paused,
                "pinned": library.ledger.pinned,
                "warn": self.parameters.read(TrainerWarnSettings, within="warn."),
            }
            in_vain = library.ledger.in_vain
            if in_vain:
                reason = library.ledger.entries[in_vain[0]].reason
                health |= {"in_vain": len(in_vain), "refusal": reason}
            with suppress(OSError):  # the folder may be away; training says so
                health["free_bytes"] = shutil.disk_usage(library.root).free
        self._status.publish(
            fields,
            assess(TrainerHealth(**health)),
            hardware_id=socket.gethostname(),
            details={
                f"robot {robot} runs": version for robot, version in sorted(self._running.items())
            },
        )


def _ledger_fields(ledger: VersionLedger) -> dict[str, Any]:
    """Return the fields of TrainerStatus that come from the ledger."""
    judged = ledger.entries.get(ledger.judged)
    newest = ledger.entries.get(ledger.in_training)
    gone = Fate.ROLLED_BACK, Fate.WITHDRAWN
    promoted = Fate.PROMOTED, Fate.REMOVED, *gone
    return {
        "training": bool(newest) and not ledger.paused,
        "paused": ledger.paused,
        "parent": newest.parent if newest is not None else ledger.parent,
        "offered": ledger.offered,
        "ordered": ledger.ordered,
        "pinned": ledger.pinned,
        "last_version": ledger.judged,
        "last_promoted": judged is not None and judged.fate in promoted,
        "last_reason": judged.reason if judged is not None else "",
        "promoted": ledger.count(*promoted),
        "refused": ledger.count(Fate.REFUSED),
        "rolled_back": ledger.count(*gone),
        "last_training_s": judged.train_s if judged is not None else 0.0,
    }


def main() -> int:
    """Run the node until SIGINT or SIGTERM; return the exit status."""
    return run(TrainerNode, threads=2)


if __name__ == "__main__":
    sys.exit(main())
