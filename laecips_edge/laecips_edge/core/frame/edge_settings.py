"""Settings of the edge node, all of them; `config/edge.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.inference.engine_settings import EngineSettings
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl, can_be_steered
from laecips_edge.core.settings import SettingError, setting

FROM_MANIFEST: Final = -1.0
"""Value of `delta` that stands for the bundle's own threshold."""

RELIABILITIES: Final = ("best_effort", "reliable", "best_available")
"""What image publishers may be asked for."""

_fixed = partial(setting, changes="unconfigured")  # these act when the node is configured


def _refuse_delta(delta: float) -> str | None:
    if delta == FROM_MANIFEST or 0.0 <= delta <= 1.0:
        return None
    return f"{delta} is neither in [0, 1] nor -1 (the bundle's own)"


@dataclass(frozen=True, kw_only=True)
class EdgeSettings(EngineSettings):
    """See the module.

    Raises:
        SettingError: besides, where there is a latency budget: the policy has no threshold that
            could be steered, or delta was chosen by hand.
    """

    bundle: str = _fixed("", "Folder of the model bundle (f, h).")

    # Who goes to the cloud.
    policy: str = _fixed("laecips", "How hard frames are found.", choices=MINER_NAMES)
    delta: float = setting(
        FROM_MANIFEST,
        "Threshold of h in [0, 1]: a frame is easy iff its confidence exceeds it. "
        "-1: the bundle's own.",
        minimum=-1.0,
        maximum=1.0,
        check=_refuse_delta,
    )
    latency_budget_s: float = _fixed(
        0.0,
        "Mean seconds from a frame's receipt to its answer that may be taken: delta is steered so "
        "that as many frames go to the cloud as that allows. 0: delta stands.",
        minimum=0.0,
        maximum=60.0,
    )
    most_hard: float = _fixed(
        1.0,
        "Largest share of the frames that a latency budget lets go to the cloud.",
        minimum=0.01,
        maximum=1.0,
    )
    audit_rate: float = setting(
        0.05, "Share of easy frames that is uploaded too.", minimum=0.0, maximum=1.0
    )
    seed: int = _fixed(
        0, "Seed of the draws: audits, and the policy `random`.", minimum=0, maximum=2**31 - 1
    )

    # Images in.
    image_transport: str = _fixed(
        "raw",
        "raw: sensor_msgs/Image on `image`; compressed: CompressedImage on `image/compressed`.",
        choices=("raw", "compressed"),
    )
    reliability: str = _fixed(
        "best_effort",
        "Reliability asked of image publishers; best_effort matches every publisher.",
        choices=RELIABILITIES,
    )

    # The way to the cloud.
    jpeg_quality: int = setting(
        90, "Quality of the JPEG that is made of a hard frame.", minimum=1, maximum=100
    )
    forward_jpeg: bool = _fixed(
        True,
        "Send the camera's own JPEG to the cloud where there is one, whatever jpeg_quality says.",
    )
    max_in_flight: int = setting(
        2, "Hard frames on their way to the cloud at a time.", minimum=1, maximum=64
    )
    deadline_s: float = setting(
        2.0, "Seconds that a hard frame waits for the cloud.", minimum=0.05, maximum=60.0
    )
    first_retry_s: float = _fixed(
        1.0,
        "Seconds until a failing cloud is tried again; doubles with each failure.",
        minimum=0.05,
        maximum=600.0,
    )
    longest_retry_s: float = _fixed(
        30.0, "Most seconds between two tries of a failing cloud.", minimum=0.05, maximum=3600.0
    )
    send_scores: bool = _fixed(
        False, "Send f's scores with a hard frame, for a cloud that cannot run this f."
    )
    robot: str = _fixed("robot", "Name of this robot, for the cloud's replay buffer.")

    # Model updates from the trainer.
    adapt: bool = setting(
        True, "Follow the trainer's model updates; false: they wait until it is true."
    )
    model_store: str = _fixed(
        "~/.ros/laecips/models",
        "Folder for the models that the trainer sends, one below it a robot and bundle.",
    )
    update_rate_limit: int = setting(
        250_000,
        "Most bytes a second of a model update, which shares the link with frames; 0: no limit.",
        minimum=0,
        maximum=2**31 - 1,
    )
    update_chunk: int = setting(
        65_536,
        "Most bytes of a model update that are asked for at a time.",
        minimum=1024,
        maximum=2**22,
    )
    watch_frames: int = setting(
        100,
        "Frames for which a new model is watched; one that does harm is rolled back for good.",
        minimum=1,
        maximum=1000,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        budget_s = self.latency_budget_s
        if budget_s and not can_be_steered(self.policy):
            raise SettingError(
                f"parameter latency_budget_s is {budget_s:g}: policy {self.policy} has no "
                "threshold that could be steered; take another, or no budget (0)"
            )
        if budget_s and self.delta != FROM_MANIFEST:
            raise SettingError(
                f"parameters delta and latency_budget_s are {self.delta:g} and {budget_s:g}: give "
                "one of them; the budget steers delta"
            )

    def steering(self) -> ThresholdControl | None:
        """Return what holds delta to the latency budget; None where there is no budget."""
        if not self.latency_budget_s:
            return None
        return ThresholdControl(budget_s=self.latency_budget_s, most_hard=self.most_hard)

    def policy_for(self, manifest: Manifest) -> Policy:
        """Return the policy for a bundle.

        Args:
            manifest: of the bundle; it has the threshold that delta -1 stands for.

        Raises:
            ValueError: it has none for this policy.
        """
        return Policy(
            self.policy,
            delta=None if self.delta == FROM_MANIFEST else self.delta,
            manifest=manifest,
            audit_rate=self.audit_rate,
            seed=self.seed,
        )

    def decider(self, bundle: Bundle) -> Policy:
        """Return `policy_for` the manifest of a bundle."""
        return self.policy_for(bundle.manifest)
