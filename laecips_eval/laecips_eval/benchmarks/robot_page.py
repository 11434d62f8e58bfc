"""docs/results/robot.md: how fast the edge node is on this machine, and what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from laecips_eval.benchmarks.edge_node import latency, memory
from laecips_eval.benchmarks.page import BenchmarkPage, Target

ROBOT_PAGE: Final = BenchmarkPage(
    path=Path("docs/results/robot.md"),
    title="The robot's node on this machine",
    introduction="""
What f and h of the shipped bundle cost on each engine, what the edge node adds to them, and what
grows with what. The node is the real process with real topics: this command publishes a raw
picture of the bundle's kind of scene, as a camera's driver does, and subscribes to label map,
confidence map and segmentation; no cloud is there. Everything runs on one thread unless a column
says otherwise. Networks and node take turns of about a second in one run, so **ratios count, not
times**: on a busy machine those say little. An interrupted run goes on where it was.
[measurements.md](../measurements.md#the-robots-node) says what the figures show.
""",
    parts={
        "inference": (
            "Engines",
            """
f, h, and both maps at f's own size. *Speedup* is over the first engine with as many threads.
`engine: auto` takes the fastest that agrees with fp32 ([robot.md](../robot.md#inference-engine)).
""",
        ),
        "node-speed": (
            "Node over bare loop",
            """
The bare loop calls f, h and both maps again and again, without ROS. The node always has one picture
in hand and one waiting. *Ratio*: frames a second, the median of neighbouring turns. *Cpu*:
processor time of a frame; that of the node has all its threads in it, so its ratio is what a
machine sees that has no core to spare.
""",
        ),
        "node-latency": (
            f"Latency at {latency.HZ:g} Hz",
            """
From before a picture is published to after its answer has come, in ms; *bare* is the loop at the
same rate in turns with it, whose tail is the machine's own.
""",
        ),
        "node-memory": (
            "Memory with a swap",
            f"""
Resident memory of the process in MB of 10^6 bytes, shared libraries included. The node fetches
another pair, tests it, swaps it in and watches it for {memory.WATCH_FRAMES} frames, while it
answers {memory.HZ:g} pictures a second. *Shared*: memory of DDS in it, through which images travel.
""",
        ),
        "cameras": (
            "Cameras",
            """
Several cameras of one node, each 2 Hz at 640 x 480, on the first engine, all at the same moment.
What is not answered was superseded by a newer picture of its camera.
""",
        ),
        "growth": (
            "Growth",
            """
Processor time of a frame: f, h and both maps by the size of the pictures, of which f always sees
480 x 360, and the cloud's fusion by the number of overlapping masks. *Grew* and *size* are
multiples of the first row's.
""",
        ),
        "peak": (
            "Share of the processor's peak",
            """
10^9 operations a second of a core: a product of two matrices of 2048 x 2048 on the same engine (in
fp32 the faster of engine and numpy), and f, of which convolutions and products count. Beside a
processor's AMX unit that product is bound by memory, so a share above 1 can occur in bf16.
""",
        ),
    },
    targets=[
        Target(
            what="node over bare loop, frames a second",
            benchmark="node-speed",
            column="ratio",
            relation=">=",
            bound=0.9,
        ),
        Target(
            what="p99 over p50 at 10 Hz",
            benchmark="node-latency",
            column="tail",
            relation="<=",
            bound=2.0,
        ),
        Target(
            what="memory with a swap",
            benchmark="node-memory",
            column="peak_mb",
            relation="<=",
            bound=300.0,
            unit="MB",
        ),
        Target(
            what="five cameras over one, memory",
            benchmark="cameras",
            column="ratio",
            relation="<=",
            bound=1.4,
            where={"cameras": 5},
        ),
        Target(
            what="f in fp32 over the processor's peak",
            benchmark="peak",
            column="share",
            relation=">=",
            bound=0.75,
            where={"precision": "fp32"},
        ),
    ],
)
