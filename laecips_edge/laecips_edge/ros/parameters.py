"""Parameters of a node, declared from its settings: bounded, checked first, acted on afterwards.

A value that is wrong when the node starts (a typing error in a YAML file) does not end the node:
the default stands, the problem is remembered, and `require_valid` tells it in one line until
somebody sets the parameter.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import (
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterUninitializedException,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from laecips_edge.core.settings import (
    Check,
    Setting,
    SettingError,
    Settings,
    as_parameter,
    from_parameter,
)

SomeSettings = TypeVar("SomeSettings", bound=Settings)


class Parameters:
    """The parameters of one node.

    Args:
        node: The node that owns them.
        is_unconfigured: Says whether parameters that change only while unconfigured may change now.
    """

    def __init__(self, node: Node, *, is_unconfigured: Callable[[], bool] = lambda: True) -> None:
        self._node = node
        self._is_unconfigured = is_unconfigured
        self._declared: dict[str, Setting] = {}
        self._checks: dict[str, Check] = {}
        self._problems: dict[str, str] = {}
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        node.add_on_set_parameters_callback(self._refuse_or_accept)
        node.add_post_set_parameters_callback(self._tell)

    def declare(
        self, settings: type[Settings], *, checks: Mapping[str, Check] | None = None
    ) -> None:
        """Declare a parameter for every setting of a class.

        Args:
            settings: The class.
            checks: By name; says why a value that the class allows is refused all the same, for
                what the node alone knows.
        """
        self._checks |= checks or {}
        for name, setting in settings.declared().items():
            self._declared[name] = setting
            self._declare(name, as_parameter(setting.default), _descriptor(setting))

    def read(self, settings: type[SomeSettings]) -> SomeSettings:
        """Return the settings that hold now, of a class that was declared.

        Raises:
            SettingError: Two of them do not fit each other.
        """
        return settings.from_parameters({name: self[name] for name in settings.declared()})

    def __getitem__(self, name: str) -> Any:
        """The value that holds now."""
        try:
            return self._node.get_parameter(name).value
        except ParameterUninitializedException:
            return []  # that is how it was given: to ROS it has no type then, and no value

    def require_valid(self) -> None:
        """Raise SettingError when a value given at start was refused and not mended since."""
        if self._problems:
            raise SettingError("; ".join(self._problems.values()))

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

    def _declare(self, name: str, default: Any, descriptor: ParameterDescriptor) -> None:
        try:
            self._node.declare_parameter(name, default, descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            self._node.declare_parameter(name, default, descriptor, ignore_override=True)
            self._problems[name] = f"parameter {name}: {_reason(error)}"

    def _refuse_or_accept(self, changed: list[Parameter]) -> SetParametersResult:
        for parameter in changed:
            refusal = self._refusal(parameter)
            if refusal is not None:
                return SetParametersResult(successful=False, reason=f"{parameter.name}: {refusal}")
        return SetParametersResult(successful=True)

    def _refusal(self, parameter: Parameter) -> str | None:
        setting = self._declared.get(parameter.name)
        if setting is None:
            return None  # one of rclpy's own
        if setting.changes == "unconfigured" and not self._is_unconfigured():
            return "changes only while the node is unconfigured: deactivate and clean up first"
        # A list that is given as [] has no value.
        value = from_parameter([] if parameter.value is None else parameter.value)
        check = self._checks.get(parameter.name)
        return setting.problem(value) or (check(value) if check is not None else None)

    def _tell(self, changed: list[Parameter]) -> None:
        values = {parameter.name: parameter.value for parameter in changed}
        for name in values:
            self._problems.pop(name, None)
        for listener in self._listeners:
            listener(values)


def _descriptor(setting: Setting) -> ParameterDescriptor:
    """What `ros2 param describe` says, and what rclpy itself checks."""
    descriptor = ParameterDescriptor(
        description=setting.description, read_only=setting.changes == "never"
    )
    if setting.choices:
        descriptor.additional_constraints = f"one of: {', '.join(setting.choices)}"
    if setting.minimum is not None and setting.maximum is not None:
        if isinstance(setting.default, float):
            descriptor.floating_point_range.append(
                FloatingPointRange(
                    from_value=float(setting.minimum), to_value=float(setting.maximum)
                )
            )
        else:
            descriptor.integer_range.append(
                IntegerRange(from_value=int(setting.minimum), to_value=int(setting.maximum))
            )
    return descriptor


def _reason(error: Exception) -> str:
    """What rclpy found wrong, without the frame of words that it puts around it."""
    text = str(error)
    return text.partition("Reason: ")[2].rpartition(": ")[0] or text
