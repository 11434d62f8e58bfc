"""Where `frame/pipeline.py` takes its threshold control from."""

from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.routing.threshold_control import ThresholdControl
from laecips_edge.ros.parameters import Parameters


def steering(parameters: Parameters) -> ThresholdControl | None:
    """See `EdgeSettings.steering`."""
    return parameters.read(EdgeSettings).steering()
