"""Tests mirror the sources: module PACKAGE/a/b.py has its tests in test/PACKAGE/a/test_b.py.

What does not yet stands in two lists that only shrink: a name that is not needed there any more
fails the test.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("laecips_edge", "laecips_cloud", "laecips_eval", "laecips_bringup")

TESTED_BY_OTHERS = {
    "laecips_bringup/live_replay/feeds.py",
    "laecips_bringup/live_replay/live_replay.py",
    "laecips_bringup/live_replay/monitor.py",
    "laecips_bringup/live_replay/supervisor.py",
    "laecips_cloud/class_scorers/batch_graph.py",
    "laecips_cloud/gateway/caller.py",
    "laecips_cloud/gateway/gateway_settings.py",
    "laecips_cloud/gateway_node.py",
    "laecips_cloud/mask_generators/sam/export/decoder.py",
    "laecips_cloud/mask_generators/sam/export/encoder.py",
    "laecips_cloud/mask_generators/sam/options.py",
    "laecips_cloud/mask_generators/sam/torch_backend/precision.py",
    "laecips_cloud/networks/pyramid.py",
    "laecips_cloud/networks/resnet.py",
    "laecips_cloud/replay_buffer/exporting.py",
    "laecips_cloud/replay_buffer/importing.py",
    "laecips_cloud/replay_buffer/reader.py",
    "laecips_cloud/replay_buffer/replay_frame.py",
    "laecips_cloud/replay_buffer/schema.py",
    "laecips_cloud/trainer/job.py",
    "laecips_cloud/trainer/run_job.py",
    "laecips_cloud/trainer/worker_process.py",
    "laecips_cloud/trainer_node.py",
    "laecips_cloud/training/first/settings.py",
    "laecips_cloud/training/first/stages.py",
    "laecips_cloud/training/online/examination.py",
    "laecips_edge/bridge/bridge_node.py",
    "laecips_edge/bridge/grpc_client.py",
    "laecips_edge/bridge/link.py",
    "laecips_edge/bridge/model_relay.py",
    "laecips_edge/core/certificates/certificate.py",
    "laecips_edge/core/certificates/revocation.py",
    "laecips_edge/core/inference/engines/onnx_runtime.py",
    "laecips_edge/core/link/grpc_options.py",
    "laecips_edge/frame/camera.py",
    "laecips_edge/frame/node_status.py",
    "laecips_edge/frame/pipeline.py",
    "laecips_edge/frame/pipeline_status.py",
    "laecips_edge/frame/publishers.py",
    "laecips_edge/ros/diagnostics.py",
    "laecips_edge/ros/signals.py",
    "laecips_edge/ros/status_publisher.py",
    "laecips_edge/update/adapt_service.py",
    "laecips_edge/update/model_link.py",
    "laecips_eval/bags/pictures.py",
    "laecips_eval/bags/truth.py",
    "laecips_eval/benchmarks/registry.py",
    "laecips_eval/benchmarks/sam/masks.py",
    "laecips_eval/benchmarks/sam/pictures.py",
    "laecips_eval/benchmarks/sam/side.py",
    "laecips_eval/benchmarks/sam/timed.py",
    "laecips_eval/inspection_scene/panel/part_placer.py",
    "laecips_eval/inspection_scene/panel/sections.py",
    "laecips_eval/inspection_scene/panel/surfaces.py",
    "laecips_eval/inspection_scene/parts/cables.py",
    "laecips_eval/inspection_scene/parts/connectors.py",
    "laecips_eval/inspection_scene/parts/defects.py",
    "laecips_eval/inspection_scene/parts/fasteners.py",
    "laecips_eval/inspection_scene/parts/foreign_parts.py",
    "laecips_eval/inspection_scene/parts/housings.py",
    "laecips_eval/inspection_scene/parts/labels.py",
    "laecips_eval/inspection_scene/parts/materials.py",
    "laecips_eval/offline_replay/learning.py",
    "laecips_eval/player/player_node.py",
    "laecips_eval/reports/docs/results_page.py",
    "laecips_eval/scoring/frame_record.py",
    "laecips_eval/scoring/run_figures.py",
}
"""Modules that only the tests of their callers run."""

TESTS_OF_SEVERAL = {"laecips_eval/inspection_scene/parts/test_parts.py"}
"""Test modules that are named after no module."""


def sources() -> list[Path]:
    """Every module of the packages."""
    found = (path for name in PACKAGES for path in (ROOT / name / name).rglob("*.py"))
    return sorted(path for path in found if path.name != "__init__.py")


def all_tests() -> list[Path]:
    """Every test module of the packages."""
    return sorted(path for name in PACKAGES for path in ROOT.glob(f"test/{name}/**/test_*.py"))


def place(path: Path) -> str:
    """Where a source or a test is in its tree, as laecips_edge/cli.py."""
    return "/".join(path.relative_to(ROOT).parts[1:])


def has_code(text: str) -> bool:
    """Whether a function of the module has a body: not so in protocols, records and constants."""
    return any(
        not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
    )


def mirror_of(module: str) -> str:
    path = Path(module)
    return str(path.with_name(f"test_{path.name}"))


def untested(modules: list[str], mirrors: list[str]) -> list[str]:
    """Modules without a test module of their name."""
    return [module for module in modules if mirror_of(module) not in mirrors]


def unnamed(mirrors: list[str], modules: list[str]) -> list[str]:
    """Test modules that are neither test_b.py nor test_b_*.py of a module b.py in their place."""
    names = [mirror_of(module).removesuffix(".py") for module in modules]
    return [
        test
        for test in mirrors
        if not any(test == f"{name}.py" or test.startswith(f"{name}_") for name in names)
    ]


def test_every_module_has_its_tests() -> None:
    found = [place(path) for path in all_tests()]
    modules = [place(path) for path in sources() if has_code(path.read_text(encoding="utf-8"))]
    changed = TESTED_BY_OTHERS.symmetric_difference(untested(modules, found))
    assert not changed, "write its tests; where it has them, take it off TESTED_BY_OTHERS"


def test_every_test_module_is_named_after_a_module() -> None:
    found, modules = [place(path) for path in all_tests()], [place(path) for path in sources()]
    changed = TESTS_OF_SEVERAL.symmetric_difference(unnamed(found, modules))
    assert not changed, "name it after a module; where it is, take it off TESTS_OF_SEVERAL"


def test_what_would_be_found() -> None:
    modules, mirrors = ["p/a/b.py", "p/c.py"], ["p/a/test_b.py", "p/a/test_b_killed.py"]
    assert untested(modules, mirrors) == ["p/c.py"]
    assert unnamed([*mirrors, "p/a/test_c.py"], modules) == ["p/a/test_c.py"]


def test_what_has_code() -> None:
    assert has_code("def f():\n    return 1")
    assert not has_code("A = 1\nclass P(Protocol):\n    def f(self): ...")
