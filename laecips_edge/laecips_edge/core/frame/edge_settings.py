"""All settings of the edge node; `config/edge.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.frame.camera_settings import THE_ONLY, numbers_by_camera, refuse_cameras
from laecips_edge.core.frame.health.warn_settings import EdgeWarnSettings
from laecips_edge.core.frame.privacy_settings import PrivacySettings
from laecips_edge.core.inference.engine_probe import REFERENCE
from laecips_edge.core.inference.engine_settings import AUTO, EngineSettings
from laecips_edge.core.inference.engines import ENGINE_NAMES, INT8_ENGINE
from laecips_edge.core.inference.segmenter import CAMERA, OUTPUT_SIZES, Segmenter
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl, can_be_steered
from laecips_edge.core.settings import SettingError, setting

FROM_MANIFEST: Final = -1.0
"""Value of `delta` that stands for the bundle's own threshold."""

RELIABILITIES: Final = ("best_effort", "reliable", "best_available")
"""Values of `reliability`."""

_fixed = partial(setting, changes="unconfigured")  # these act when the node is configured


def _refuse_delta(delta: float) -> str | None:
    if delta == FROM_MANIFEST or 0.0 <= delta <= 1.0:
        return None
    return f"{delta} is neither in [0, 1] nor -1 (the bundle's own)"


@dataclass(frozen=True, kw_only=True)
class EdgeSettings(EngineSettings):
    """The settings of the edge node.

    Raises:
        SettingError: a value is refused; a priority or a rate is given to no camera; or there is a
            budget, and the policy has no threshold to steer or `delta` is set too.
    """

    bundle: str = _fixed("", "Folder of the model bundle (f, h).")
    engine: str = _fixed(
        AUTO,
        "Inference engine; auto: the fastest one here that agrees with fp32, timed once for each "
        "machine; openvino computes in bfloat16 if the processor supports it; openvino-int8 in "
        "int8 where the bundle has ranges for it.",
        choices=(AUTO, *ENGINE_NAMES, INT8_ENGINE),
    )

    # Which frames are uploaded.
    policy: str = _fixed(
        "laecips", "The miner that decides which frames are hard.", choices=MINER_NAMES
    )
    delta: float = setting(
        FROM_MANIFEST,
        "Threshold of the trust, in [0, 1]: a frame is easy iff its trust exceeds it. "
        "-1: the bundle's own.",
        minimum=-1.0,
        maximum=1.0,
        check=_refuse_delta,
    )
    latency_budget_s: float = _fixed(
        0.0,
        "Largest mean time from a frame's receipt to its answer, in seconds. The node steers delta "
        "so that as many frames are uploaded as this allows. 0: delta is fixed.",
        minimum=0.0,
        maximum=60.0,
    )
    most_hard: float = _fixed(
        1.0,
        "Largest share of the frames that are uploaded under a latency budget.",
        minimum=0.01,
        maximum=1.0,
    )
    upload_budget: float = _fixed(
        0.0,
        "Largest share of the frames that are uploaded, audits included. The node steers delta so "
        "that the least trusted frames of the recent ones use it. 0: no such limit.",
        minimum=0.0,
        maximum=1.0,
    )
    audit_rate: float = setting(
        0.05, "Share of the easy frames that are uploaded as audits.", minimum=0.0, maximum=1.0
    )
    seed: int = _fixed(
        0, "Seed of the audits and of the policy `random`.", minimum=0, maximum=2**31 - 1
    )

    # Images in.
    cameras: tuple[str, ...] = _fixed(
        (),
        "Names of the robot's cameras: `front` is the one on `front/image`, answered below "
        "`~/front/`. Empty: one camera, on `image`.",
        check=refuse_cameras,
    )
    camera_priorities: tuple[str, ...] = _fixed(
        (),
        "NAME=NUMBER: the frames that f takes from a camera, for one of each other camera, while "
        "frames come faster than f is. 1 for cameras that are not named here.",
    )
    camera_rates: tuple[str, ...] = _fixed(
        (),
        "NAME=HZ: the largest number of frames a second that f takes from a camera. 0, and for "
        "cameras that are not named here: all.",
    )
    image_transport: str = _fixed(
        "raw",
        "raw: sensor_msgs/Image on `image`; compressed: CompressedImage on `image/compressed`.",
        choices=("raw", "compressed"),
    )
    reliability: str = _fixed(
        "best_available",
        "QoS reliability of the image subscription; best_available is reliable as long as all "
        "publishers are, else best_effort.",
        choices=RELIABILITIES,
    )
    significant_bits: int = _fixed(
        16,
        "Number of low bits that the camera uses in 16-bit encodings: 10 or 12 where its values "
        "end at 1023 or 4095.",
        minimum=8,
        maximum=16,
    )

    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    # Maps out.
    output_size: str = _fixed(
        CAMERA,
        "Size of all maps: camera: that of the camera's pictures; network: that of f's input, "
        "which takes less time with large pictures.",
        choices=OUTPUT_SIZES,
    )

    # The link to the cloud.
    jpeg_quality: int = setting(
        90, "JPEG quality of uploaded frames that this node encodes.", minimum=1, maximum=100
    )
    forward_jpeg: bool = _fixed(
        True,
        "Upload the camera's own JPEG unchanged if there is one; jpeg_quality does not apply.",
    )
    jpeg_deadline_share: float = _fixed(
        0.0,
        "Share of deadline_s in which an uploaded picture shall arrive: the node lowers the "
        "quality below jpeg_quality, then the size, as the link demands. 0: it lowers nothing.",
        minimum=0.0,
        maximum=1.0,
    )
    max_in_flight: int = setting(
        2, "Largest number of requests to the cloud in flight at a time.", minimum=1, maximum=64
    )
    deadline_s: float = setting(
        2.0, "Seconds that a hard frame waits for the cloud's answer.", minimum=0.05, maximum=60.0
    )
    first_retry_s: float = _fixed(
        1.0,
        "Seconds until a failing cloud or trainer is tried again; doubles with each failure.",
        minimum=0.05,
        maximum=600.0,
    )
    longest_retry_s: float = _fixed(
        30.0,
        "Largest number of seconds between two tries of a failing cloud or trainer.",
        minimum=0.05,
        maximum=3600.0,
    )
    send_scores: bool = _fixed(
        False, "Upload f's scores with a frame, for a cloud that cannot run this version of f."
    )
    robot: str = _fixed(
        "",
        "Name of this robot, unique: in the cloud's replay buffer and in reports. Empty: the "
        "node's namespace, or the host's name where there is none.",
    )

    # Model updates from the trainer.
    adapt: bool = setting(
        True, "Follow the trainer's model updates; false: they wait until it is true."
    )
    model_store: str = _fixed(
        "~/.ros/laecips/models",
        "Folder for the models that the trainer sends; each robot and bundle line has a folder of "
        "its own in it.",
    )
    update_keys: tuple[str, ...] = _fixed(
        (),
        "Public keys of 64 hex digits, or files with them (`laecips certs sign-key` makes one), of "
        "which one must have signed a model update; empty: updates need no signature.",
    )
    update_rate_limit: int = setting(
        250_000,
        "Largest rate of a model update, in bytes/s, because it shares the link with frames; "
        "0: no limit.",
        minimum=0,
        maximum=2**31 - 1,
    )
    update_chunk: int = setting(
        65_536,
        "Largest number of bytes of a model update in one request.",
        minimum=1024,
        maximum=2**22,
    )
    watch_frames: int = setting(
        100,
        "Number of frames of a new model's trial; a model that does harm is rolled back for good.",
        minimum=1,
        maximum=1000,
    )

    findings: FindingSettings = field(default_factory=FindingSettings)
    warn: EdgeWarnSettings = field(default_factory=EdgeWarnSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.priorities, self.rates  # raise an error
        if unknown := sorted(self.privacy.cameras - set(self.cameras)):
            raise SettingError(
                f"parameter privacy: no camera {unknown[0]!r}: `cameras` has to name it"
            )
        for name in self.budgets:
            value = getattr(self, name)
            if not can_be_steered(self.policy):
                raise SettingError(
                    f"parameter {name} is {value:g}: policy {self.policy} has no threshold that "
                    "could be steered; take another, or no budget (0)"
                )
            if self.delta != FROM_MANIFEST:
                raise SettingError(
                    f"parameters delta and {name} are {self.delta:g} and {value:g}: give one of "
                    "them; the budget steers delta"
                )

    @property
    def first_engine(self) -> str:
        """The engine that runs until `auto` has chosen one, and where nothing chooses."""
        return REFERENCE if self.engine == AUTO else self.engine

    def segmenter(self, bundle: Bundle) -> Segmenter:
        """Return the networks of a bundle on `first_engine`; see `EngineSettings.segmenter`."""
        return Segmenter(
            bundle,
            engine=self.first_engine,
            providers=self.providers,
            threads=self.threads,
            output_size=self.output_size,
        )

    @property
    def camera_names(self) -> tuple[str, ...]:
        """Names of the cameras; `THE_ONLY` for the one of a robot that names none."""
        return self.cameras or (THE_ONLY,)

    @property
    def priorities(self) -> dict[str, float]:
        """Priorities by camera, in 0.01 to 100; 1 for those that are not there."""
        return numbers_by_camera(
            "camera_priorities",
            self.camera_priorities,
            cameras=self.cameras,
            least=0.01,
            most=100.0,
        )

    @property
    def rates(self) -> dict[str, float]:
        """Largest rates by camera, in Hz, up to 1000; 0, and for those that are not there: any."""
        return numbers_by_camera(
            "camera_rates", self.camera_rates, cameras=self.cameras, least=0.0, most=1000.0
        )

    @property
    def budgets(self) -> tuple[str, ...]:
        """Names of the parameters with a budget that steers delta."""
        return tuple(name for name in ("latency_budget_s", "upload_budget") if getattr(self, name))

    def steering(
        self, control: type[ThresholdControl] = ThresholdControl
    ) -> ThresholdControl | None:
        """Return the control that steers delta; None if there is no budget.

        Args:
            control: its class.
        """
        if not self.budgets:
            return None
        return control(
            budget_s=self.latency_budget_s or None,
            most_hard=self.most_hard,
            upload_share=self.upload_budget or None,
        )

    def policy_for(self, manifest: Manifest) -> Policy:
        """Return the policy for a bundle.

        Args:
            manifest: manifest of the bundle; `delta` -1 takes its threshold.

        Raises:
            ValueError: the manifest has no threshold for this policy.
        """
        return Policy(
            self.policy,
            delta=None if self.delta == FROM_MANIFEST else self.delta,
            manifest=manifest,
            audit_rate=self.audit_rate,
            seed=self.seed,
        )
