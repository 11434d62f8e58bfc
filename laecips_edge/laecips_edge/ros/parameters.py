"""Parameters of a node through one helper: described, bounded, checked first, acted on afterwards.

A value that is wrong when the node starts (a typing error in a YAML file) does not end the node:
the default stands, the problem is remembered, and `require_valid` tells it in one line until
somebody sets the parameter.
"""

import difflib
from collections.abc import Callable, Sequence
from typing import Any, Literal

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

Changes = Literal["always", "unconfigured", "never"]
"""When a parameter may change: always, only while the node is unconfigured, or only at start."""


class ParameterError(ValueError):
    """A parameter has a value that it must not have; one line says which and why."""


class Parameters:
    """The parameters of one node.

    Args:
        node: The node that owns them.
        is_unconfigured: Says whether parameters that change only while unconfigured may change now.
    """

    def __init__(self, node: Node, *, is_unconfigured: Callable[[], bool] = lambda: True) -> None:
        self._node = node
        self._is_unconfigured = is_unconfigured
        self._checks: dict[str, Callable[[Any], str | None]] = {}
        self._only_unconfigured: set[str] = set()
        self._problems: dict[str, str] = {}
        self._declared: list[str] = []
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        node.add_on_set_parameters_callback(self._refuse_or_accept)
        node.add_post_set_parameters_callback(self._tell)

    def declare(
        self,
        name: str,
        default: Any,
        description: str,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        choices: Sequence[Any] = (),
        check: Callable[[Any], str | None] | None = None,
        changes: Changes = "always",
    ) -> None:
        """Declare one parameter; its type is the type of the default.

        Args:
            name: Name of the parameter.
            default: Value where nothing else is given.
            description: One line for `ros2 param describe`, with the unit.
            minimum: Smallest value allowed (a range needs both ends).
            maximum: Largest value allowed.
            choices: The values allowed, where there are few.
            check: Returns why a value is refused, or None; for what a range cannot say.
            changes: When the parameter may change.
        """
        self._declared.append(name)
        descriptor = ParameterDescriptor(description=description, read_only=changes == "never")
        if minimum is not None and maximum is not None:
            if isinstance(default, float):
                descriptor.floating_point_range.append(
                    FloatingPointRange(from_value=float(minimum), to_value=float(maximum))
                )
            else:
                descriptor.integer_range.append(
                    IntegerRange(from_value=int(minimum), to_value=int(maximum))
                )
        if choices:
            listed = ", ".join(str(choice) for choice in choices)
            descriptor.additional_constraints = f"one of: {listed}"
            self._checks[name] = lambda value: (
                None if value in choices else f"{value!r} is not known: use one of {listed}"
            )
        elif check is not None:
            self._checks[name] = check
        if changes == "unconfigured":
            self._only_unconfigured.add(name)
        try:
            self._node.declare_parameter(name, default, descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            self._node.declare_parameter(name, default, descriptor, ignore_override=True)
            self._problems[name] = f"parameter {name}: {_reason(error)}"

    def __getitem__(self, name: str) -> Any:
        """The value that holds now."""
        return self._node.get_parameter(name).value

    def require_valid(self) -> None:
        """Raise ParameterError when a value given at start was refused and not mended since."""
        if self._problems:
            raise ParameterError("; ".join(self._problems.values()))

    def warn_of_undeclared(self) -> None:
        """Log one line a value that was given at start for a parameter which nobody declared.

        ROS drops such values without a word. Call it once everything is declared.
        """
        # rclpy has no public way to what was given, only to what was declared.
        given: dict[str, Parameter] = getattr(self._node, "_parameter_overrides", {})
        for name in sorted(given):
            # Those of topics are declared with their publisher or subscription, maybe later.
            if self._node.has_parameter(name) or name.startswith("qos_overrides."):
                continue
            nearest = difflib.get_close_matches(name, self._declared, n=1)
            hint = f"did you mean {nearest[0]}?" if nearest else "`ros2 param list` shows them all"
            self._node.get_logger().warning(f"there is no parameter {name}, it is ignored: {hint}")

    def on_change(self, listener: Callable[[dict[str, Any]], None]) -> None:
        """Call `listener` with {name: value} after parameters have changed."""
        self._listeners.append(listener)

    def _refuse_or_accept(self, changed: list[Parameter]) -> SetParametersResult:
        for parameter in changed:
            refusal = self._refusal(parameter)
            if refusal is not None:
                return SetParametersResult(successful=False, reason=f"{parameter.name}: {refusal}")
        return SetParametersResult(successful=True)

    def _refusal(self, parameter: Parameter) -> str | None:
        if parameter.name in self._only_unconfigured and not self._is_unconfigured():
            return "changes only while the node is unconfigured: deactivate and clean up first"
        check = self._checks.get(parameter.name)
        return check(parameter.value) if check is not None else None

    def _tell(self, changed: list[Parameter]) -> None:
        values = {parameter.name: parameter.value for parameter in changed}
        for name in values:
            self._problems.pop(name, None)
        for listener in self._listeners:
            listener(values)


def _reason(error: Exception) -> str:
    """What rclpy found wrong, without the frame of words that it puts around it."""
    text = str(error)
    return text.partition("Reason: ")[2].rpartition(": ")[0] or text
