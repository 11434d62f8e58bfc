"""The parameters of the edge node. `config/edge.yaml` shows them all with their defaults."""

from collections.abc import Callable

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.core.inference.load_pair import Assemble
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl, can_be_steered
from laecips_edge.ros.parameters import Changes, ParameterError, Parameters
from laecips_edge.ros.qos import RELIABILITIES

FROM_MANIFEST = -1.0
"""Value of `delta` that stands for the bundle's own threshold."""


def declare_parameters(
    parameters: Parameters, *, check_delta: Callable[[float], str | None]
) -> None:
    """Declare all parameters of the edge node.

    Args:
        parameters: Of the node.
        check_delta: Says why a delta is refused, or None.
    """
    fixed: Changes = "unconfigured"  # these act when the node is configured
    parameters.declare("bundle", "", "Folder of the model bundle (f, h).", changes=fixed)
    parameters.declare(
        "engine",
        "onnxruntime",
        "Inference engine; openvino computes in bfloat16 where the processor has it.",
        choices=ENGINE_NAMES,
        changes=fixed,
    )
    parameters.declare(
        "providers",
        ["CPUExecutionProvider"],
        "Where the engine runs, best first: CPUExecutionProvider, CUDAExecutionProvider, ...",
        changes=fixed,
    )
    parameters.declare(
        "threads", 1, "Threads of one inference on the CPU.", minimum=1, maximum=256, changes=fixed
    )
    parameters.declare(
        "policy", "laecips", "How hard frames are found.", choices=MINER_NAMES, changes=fixed
    )
    parameters.declare(
        "delta",
        FROM_MANIFEST,
        "Threshold of h in [0, 1]: a frame is easy iff its confidence exceeds it. "
        "-1: the bundle's own.",
        minimum=-1.0,
        maximum=1.0,
        check=check_delta,
    )
    parameters.declare(
        "latency_budget_s",
        0.0,
        "Mean seconds from a frame's receipt to its answer that may be taken: delta is steered so "
        "that as many frames go to the cloud as that allows. 0: delta stands.",
        minimum=0.0,
        maximum=60.0,
        changes=fixed,
    )
    parameters.declare(
        "most_hard",
        1.0,
        "Largest share of the frames that a latency budget lets go to the cloud.",
        minimum=0.01,
        maximum=1.0,
        changes=fixed,
    )
    parameters.declare(
        "audit_rate", 0.05, "Share of easy frames that is uploaded too.", minimum=0.0, maximum=1.0
    )
    parameters.declare(
        "seed",
        0,
        "Seed of the draws: audits, and the policy `random`.",
        minimum=0,
        maximum=2**31 - 1,
        changes=fixed,
    )
    parameters.declare(
        "image_transport",
        "raw",
        "raw: sensor_msgs/Image on `image`; compressed: CompressedImage on `image/compressed`.",
        choices=("raw", "compressed"),
        changes=fixed,
    )
    parameters.declare(
        "reliability",
        "best_effort",
        "Reliability asked of image publishers; best_effort matches every publisher.",
        choices=tuple(RELIABILITIES),
        changes=fixed,
    )
    parameters.declare(
        "jpeg_quality",
        90,
        "Quality of the JPEG that is made of a hard frame.",
        minimum=1,
        maximum=100,
    )
    parameters.declare(
        "forward_jpeg",
        True,
        "Send the camera's own JPEG to the cloud where there is one, whatever jpeg_quality says.",
        changes=fixed,
    )
    parameters.declare(
        "max_in_flight",
        2,
        "Hard frames on their way to the cloud at a time.",
        minimum=1,
        maximum=64,
    )
    parameters.declare(
        "deadline_s",
        2.0,
        "Seconds that a hard frame waits for the cloud.",
        minimum=0.05,
        maximum=60.0,
    )
    parameters.declare(
        "first_retry_s",
        1.0,
        "Seconds until a failing cloud is tried again; doubles with each failure.",
        minimum=0.05,
        maximum=600.0,
        changes=fixed,
    )
    parameters.declare(
        "longest_retry_s",
        30.0,
        "Most seconds between two tries of a failing cloud.",
        minimum=0.05,
        maximum=3600.0,
        changes=fixed,
    )
    parameters.declare(
        "send_scores",
        False,
        "Send f's scores with a hard frame, for a cloud that cannot run this f.",
        changes=fixed,
    )
    parameters.declare(
        "robot", "robot", "Name of this robot, for the cloud's replay buffer.", changes=fixed
    )
    parameters.declare(
        "adapt", True, "Follow the trainer's model updates; false: they wait until it is true."
    )
    parameters.declare(
        "model_store",
        "~/.ros/laecips/models",
        "Folder for the models that the trainer sends, one below it a robot and bundle.",
        changes=fixed,
    )
    parameters.declare(
        "update_rate_limit",
        250_000,
        "Most bytes a second of a model update, which shares the link with frames; 0: no limit.",
        minimum=0,
        maximum=2**31 - 1,
    )
    parameters.declare(
        "update_chunk",
        65_536,
        "Most bytes of a model update that are asked for at a time.",
        minimum=1024,
        maximum=2**22,
    )
    parameters.declare(
        "watch_frames",
        100,
        "Frames for which a new model is watched; one that does harm is rolled back for good.",
        minimum=1,
        maximum=1000,
    )


def assembler(parameters: Parameters) -> Assemble:
    """Puts the networks of a bundle on the engine that the parameters choose."""
    chosen = {name: parameters[name] for name in ("engine", "providers", "threads")}
    return lambda bundle: Segmenter(bundle, **chosen)


def steering(parameters: Parameters) -> ThresholdControl | None:
    """What holds delta to the latency budget; None where there is no budget.

    Raises:
        ParameterError: the policy has no threshold, or it was chosen by hand.
    """
    budget_s, policy = parameters["latency_budget_s"], parameters["policy"]
    if not budget_s:
        return None
    if not can_be_steered(policy):
        raise ParameterError(
            f"parameter latency_budget_s is {budget_s:g}: policy {policy} has no threshold that "
            "could be steered; take another, or no budget (0)"
        )
    if parameters["delta"] != FROM_MANIFEST:
        raise ParameterError(
            f"parameters delta and latency_budget_s are {parameters['delta']:g} and {budget_s:g}: "
            "give one of them; the budget steers delta"
        )
    return ThresholdControl(budget_s=budget_s, most_hard=parameters["most_hard"])


def chosen_policy(
    parameters: Parameters, manifest: Manifest, *, delta: float | None = None
) -> Policy:
    """The policy that the parameters choose for a bundle.

    Args:
        parameters: of the node.
        manifest: of the bundle.
        delta: in the place of the parameter's.

    Raises:
        ValueError: it cannot be; one line.
    """
    delta = parameters["delta"] if delta is None else delta
    return Policy(
        parameters["policy"],
        delta=None if delta == FROM_MANIFEST else delta,
        manifest=manifest,
        audit_rate=parameters["audit_rate"],
        seed=parameters["seed"],
    )
