"""A lifecycle node that does not end on a bad transition, and the main function of every node.

It differs from rclpy's `LifecycleNode` in three points. A transition that is not allowed is
answered with failure and does not end the process. An exception in a transition becomes one line in
the log and a failed transition. With `autostart` the node configures and activates itself, for use
without a lifecycle manager; without, an active node has a bond with its manager.
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rclpy
from lifecycle_msgs.srv import ChangeState
from rclpy.clock import Clock, ClockType
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from laecips_edge.core.frame.health.health import Level
from laecips_edge.core.settings import Settings, setting
from laecips_edge.ros import dds_transport
from laecips_edge.ros.level_log import log_at
from laecips_edge.ros.manager_bond import ManagerBond
from laecips_edge.ros.parameters import Parameters
from laecips_edge.ros.signals import StopSignals
from laecips_edge.ros.stale_segments import remove_stale_segments

RCLError = rclpy_implementation.RCLError


@dataclass(frozen=True, kw_only=True)
class ManagedNodeSettings(Settings):
    """The settings of every lifecycle node of this project."""

    autostart: bool = setting(
        True,
        "Configure and activate at start, if the node is still unconfigured then. "
        "Set false if a lifecycle manager runs.",
        changes="never",
    )


class ManagedNode(LifecycleNode):
    """Base class of this project's lifecycle nodes.

    A subclass declares its settings with `self.parameters.declare` in `__init__` and overrides the
    four hooks `configure`, `activate`, `deactivate` and `release`. A hook returns nothing and
    raises an exception if it fails; the exception becomes one line in the log. `release` undoes a
    failed `configure` and `deactivate` a failed `activate`, so both must handle a partial start.
    Hooks run on the executor's thread.

    Args:
        name: Name of the node.
        **options: Arguments of `rclpy.lifecycle.LifecycleNode`.
    """

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.failure = ""
        """Why the last transition failed; empty if it succeeded."""
        self.steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
        self.parameters = Parameters(
            self, is_unconfigured=lambda: self.state in ("unconfigured", "configuring")
        )
        self.parameters.declare(ManagedNodeSettings)
        self._bond = ManagerBond(self)
        # In rclpy's own callback an RCLError escapes, which ends the process.
        self._change_state = self._service_change_state.callback
        self._service_change_state.callback = self._answer_change_state
        # A timer, because the subclass is complete only after its own __init__.
        self._autostart = self.create_timer(0.0, self._start_by_itself, clock=self.steady_clock)

    @property
    def state(self) -> str:
        """Label of the lifecycle state: unconfigured, inactive, active, finalized, ..."""
        return str(self._state_machine.current_state[1])

    def configure(self) -> None:
        """Check parameters, load what is needed, create publishers."""

    def activate(self) -> None:
        """Start work."""

    def deactivate(self) -> None:
        """Stop work. Also called to undo an `activate` that failed."""

    def release(self) -> None:
        """Free memory, destroy publishers. Also called to undo a `configure` that failed."""

    def close(self) -> None:
        """Stop and free everything in any state of the node, and finalize the node."""
        state = LifecycleState(state_id=self._state_machine.current_state[0], label=self.state)
        if state.label == "finalized":
            return
        try:
            self.trigger_shutdown()
        except RCLError:
            # The state machine fails (for example, the context is shut down): work without it.
            self.on_shutdown(state)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run `configure`; rclpy calls this."""
        self.failure = ""
        if self._attempt("configure", self.parameters.require_valid) and self._attempt(
            "configure", self.configure, undo=self.release
        ):
            return TransitionCallbackReturn.SUCCESS
        return TransitionCallbackReturn.FAILURE

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run `activate`; rclpy calls this."""
        self.failure = ""
        if self._attempt("activate", self.activate, undo=self.deactivate):
            if not self.parameters["autostart"]:
                self._attempt("bond", self._bond.form)
            return TransitionCallbackReturn.SUCCESS
        return TransitionCallbackReturn.FAILURE

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run `deactivate`; rclpy calls this.

        An error here (and in `on_cleanup`) leads through `on_error` to unconfigured, because a node
        that stopped only partly must not stay active.
        """
        self.failure = ""
        self._attempt("bond", self._bond.end)
        if self._attempt("deactivate", self.deactivate):
            return TransitionCallbackReturn.SUCCESS
        return TransitionCallbackReturn.ERROR

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run `release`; rclpy calls this."""
        self.failure = ""
        if self._attempt("cleanup", self.release):
            return TransitionCallbackReturn.SUCCESS
        return TransitionCallbackReturn.ERROR

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Run `deactivate` and `release` as far as the state needs; rclpy calls this."""
        self._attempt("bond", self._bond.end)
        if state.label == "active":
            self._attempt("shutdown", self.deactivate)
        if state.label in ("active", "inactive"):
            self._attempt("shutdown", self.release)
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything, so that the node can be configured again; rclpy calls this."""
        self._attempt("bond", self._bond.end)
        self._attempt("error handling", self.deactivate)
        self._attempt("error handling", self.release)
        return TransitionCallbackReturn.SUCCESS

    def _attempt(
        self, what: str, hook: Callable[[], None], undo: Callable[[], None] | None = None
    ) -> bool:
        try:
            hook()
        except Exception as error:
            # A hook raises ValueError or OSError on purpose; the type of any other error is shown.
            kind = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
            line = " ".join(str(error).split())
            self.failure = f"{what} failed: {kind}{line}"
            self.get_logger().error(self.failure)
            self.get_logger().debug(traceback.format_exc())
            if undo is not None:
                self._attempt(f"undoing {what}", undo)
            return False
        return True

    def _start_by_itself(self) -> None:
        self.destroy_timer(self._autostart)
        self.parameters.warn_of_undeclared()
        if not self.parameters["autostart"] or self.state != "unconfigured":
            return
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def _answer_change_state(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        wanted = request.transition.label or request.transition.id
        allowed = {item[0]: item[1] for item in self._state_machine.available_transitions}
        if wanted in allowed or wanted in allowed.values():
            try:
                return self._change_state(request, response)
            except RCLError as error:
                self.get_logger().error(f"transition {wanted} failed: {error}")
        else:
            listed = ", ".join(f"{label} ({identity})" for identity, label in allowed.items())
            self.get_logger().error(
                f"transition {wanted} is not allowed while {self.state}: allowed now: {listed}"
            )
        response.success = False
        return response


def run(node_class: Callable[[], Node], *, threads: int = 1) -> int:
    """Run a node: spin it until SIGINT or SIGTERM, then close it.

    The signal only ends the spinning. The node's `close()`, if it has one, runs after that: the ROS
    context still works, so that it can publish, and it must join the node's threads.

    Args:
        node_class: Makes the node; called once, after `rclpy.init`.
        threads: Number of threads that run callbacks. More than one needs a node whose callback
            groups allow it.

    Returns:
        Exit status: 0 after a signal or a shutdown of the context, 1 after an exception, 2 if ROS
        cannot read the command line or a parameter file.
    """
    freed = remove_stale_segments()  # first, for a full /dev/shm leaves no room for our own
    try:
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # the closest common base of rclpy's errors
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    with StopSignals() as stop:
        node = None
        try:
            node = node_class()
            _log_transport(node, freed=freed)
            executor = SingleThreadedExecutor() if threads == 1 else MultiThreadedExecutor(threads)
            executor.add_node(node)
            executor.spin_until_future_complete(stop.future)
            return 0
        except Exception as error:
            logger = node.get_logger() if node is not None else rclpy.logging.get_logger("laecips")
            logger.fatal(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
            return 1
        finally:
            if node is not None:
                close = getattr(node, "close", None)
                if close is not None:
                    close()
                node.destroy_node()
            rclpy.try_shutdown()


def _log_transport(node: Node, *, freed: int) -> None:
    """Say once how images travel, and what killed processes had left in shared memory."""
    transport = dds_transport.describe(
        os.environ, rmw=rclpy.get_rmw_implementation_identifier(), room=dds_transport.room()
    )
    log = node.get_logger()
    log_at(log, Level.WARN if transport.loses else Level.OK, transport.line)
    if freed:
        log.info(f"{freed / 2**20:.0f} MB of shared memory that killed processes had left removed")
