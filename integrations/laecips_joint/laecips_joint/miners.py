"""Our miners as Sedna's hard-example mining: an answer in, whether the frame is hard out."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.core.routing.policy import Policy

from laecips_joint.edge_answer import EdgeAnswer

_NUMBERS: Final = {"delta": float, "seed": int}


class HardFrameMining:
    """A policy of the edge node, without audits, whose cloud answers Sedna would publish.

    Args:
        **parameters: `delta` and `seed` of the edge node, as numbers or as texts (Sedna's service
            description has texts); `delta` -1: the bundle's own threshold.

    Raises:
        ValueError: a parameter is unknown or has an invalid value.
    """

    policy: ClassVar[str]
    """Name of the policy."""

    def __init__(self, **parameters: Any) -> None:
        self._settings = EdgeSettings.from_parameters(
            {"policy": self.policy, "audit_rate": 0.0, **_numbers(parameters)}
        )
        self._made: tuple[int, Policy] | None = None

    def __call__(self, infer_result: object = None) -> bool:
        """Decide on a frame.

        Args:
            infer_result: an `EdgeAnswer`; it keeps the decision.

        Returns:
            Whether the frame is hard.

        Raises:
            ValueError: it is no answer of our edge model.
        """
        if not isinstance(infer_result, EdgeAnswer):
            raise ValueError(
                f"{type(self).__name__} got {type(infer_result).__name__}: it judges what our edge "
                "model answers; set hard_example_mining_mode: inference-then-mining"
            )
        return infer_result.judge(self._policy(infer_result)).hard

    def _policy(self, answer: EdgeAnswer) -> Policy:
        """Return the policy for the pair that answered; another pair has another threshold."""
        version = answer.manifest.version
        if self._made is None or self._made[0] != version:
            self._made = version, self._settings.policy_for(answer.manifest)
        return self._made[1]


def _numbers(parameters: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(parameters.keys() - _NUMBERS)
    if unknown:
        raise ValueError(f"a miner has no parameter {unknown[0]}: it takes {', '.join(_NUMBERS)}")
    try:
        return {name: _NUMBERS[name](value) for name, value in parameters.items()}
    except (TypeError, ValueError) as error:
        raise ValueError(f"a parameter of a miner is no number: {error}") from error


_NAMES: Final = {
    "laecips": "LaecipsH",
    "appealnet": "LaecipsAppealNet",
    "spp": "LaecipsSPP",
    "sm": "LaecipsSM",
    "mess": "LaecipsMESS",
    "eiou": "LaecipsEIOU",
    "random": "LaecipsRandom",
    "edge": "LaecipsEdgeOnly",
    "cloud": "LaecipsCloudOnly",
}


def _mining(policy: str) -> type[HardFrameMining]:
    text = f"The policy `{policy}` of the edge node; see `HardFrameMining`."
    return type(_NAMES[policy], (HardFrameMining,), {"policy": policy, "__doc__": text})


MINERS: Final = {mining.__name__: mining for mining in map(_mining, MINER_NAMES)}
"""A class for each policy of the edge node, by its name in Sedna's class factory."""
