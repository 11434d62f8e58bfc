"""Parameters of a node, declared from its settings: with a range, checked, then passed on.

A wrong value at start (a typing error in a YAML file) does not end the node: the default holds, and
`require_valid` raises the problem as one line until the parameter is set to an allowed value.
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
        is_unconfigured: Returns whether parameters with `changes="unconfigured"` may change now.
    """

    def __init__(self, node: Node, *, is_unconfigured: Callable[[], bool] = lambda: True) -> None:
        self._node = node
        self._is_unconfigured = is_unconfigured
        self._declared: dict[str, Setting] = {}
        self._checks: dict[str, Check] = {}
        self._problems: dict[str, str] = {}
        self._listeners: list[Callable[[dict[str, Any]], None]] = []
        node.add_pre_set_parameters_callback(self._of_their_kind)
        node.add_on_set_parameters_callback(self._refuse_or_accept)
        node.add_post_set_parameters_callback(self._tell)

    def declare(
        self, settings: type[Settings], *, checks: Mapping[str, Check] | None = None
    ) -> None:
        """Declare a parameter for every setting of a class.

        Args:
            settings: The class.
            checks: Further checks by parameter name, for rules that only the node knows; each
                returns why a value is refused, or None.
        """
        self._checks |= checks or {}
        # rclpy gives public access only to declared parameters, not to the values given at start.
        given: dict[str, Parameter] = getattr(self._node, "_parameter_overrides", {})
        for name, setting in settings.declared().items():
            self._declared[name] = setting
            if name in given:
                given[name] = _of_its_kind(given[name], setting)
            self._declare(name, as_parameter(setting.default), _descriptor(setting))

    def read(self, settings: type[SomeSettings], *, within: str = "") -> SomeSettings:
        """Return the current settings of a declared class.

        Args:
            settings: The class.
            within: Prefix of the names, such as `warn.` of settings within others.

        Raises:
            SettingError: Two settings contradict each other.
        """
        names = [within + name for name in settings.declared()]
        return settings.from_parameters({name: self[name] for name in names}, within=within)

    def __getitem__(self, name: str) -> Any:
        """Return the current value of a parameter."""
        try:
            return self._node.get_parameter(name).value
        except ParameterUninitializedException:
            return []  # it was given as [], which ROS keeps without a type and a value

    def require_valid(self) -> None:
        """Raise SettingError if a value given at start was refused and not corrected since."""
        if self._problems:
            raise SettingError("; ".join(self._problems.values()))

    def warn_of_undeclared(self) -> None:
        """Log one line for each value that was given at start for an undeclared parameter.

        ROS drops such values silently. Call it after all parameters are declared.
        """
        given: dict[str, Parameter] = getattr(self._node, "_parameter_overrides", {})
        for name in sorted(given):
            # QoS overrides are declared with their publisher or subscription, maybe later.
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

    def _of_their_kind(self, changed: list[Parameter]) -> list[Parameter]:
        return [
            _of_its_kind(parameter, self._declared[parameter.name])
            if parameter.name in self._declared
            else parameter
            for parameter in changed
        ]

    def _refuse_or_accept(self, changed: list[Parameter]) -> SetParametersResult:
        for parameter in changed:
            refusal = self._refusal(parameter)
            if refusal is not None:
                return SetParametersResult(successful=False, reason=f"{parameter.name}: {refusal}")
        return SetParametersResult(successful=True)

    def _refusal(self, parameter: Parameter) -> str | None:
        setting = self._declared.get(parameter.name)
        if setting is None:
            return None  # a parameter of rclpy
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


def _of_its_kind(parameter: Parameter, setting: Setting) -> Parameter:
    """Return a parameter with a whole number as a double, where the setting is one."""
    value = setting.as_kind(parameter.value)
    return parameter if value is parameter.value else Parameter(parameter.name, value=value)


def _descriptor(setting: Setting) -> ParameterDescriptor:
    """Return a setting's descriptor: `ros2 param describe` shows it, and rclpy checks its range."""
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
    """Return the reason in an error of rclpy, without rclpy's words around it."""
    text = str(error)
    return text.partition("Reason: ")[2].rpartition(": ")[0] or text
