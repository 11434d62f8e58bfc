from pathlib import Path

from laecips_eval.benchmarks.machine import this_machine


def test_what_a_processor_can_do_is_said(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name : x\nflags\t\t: fpu amx_bf16 avx2\nflags\t\t: fpu avx2\n")
    assert "(avx2, amx_bf16)" in this_machine(cpuinfo)
    assert "(no extension known)" in this_machine(tmp_path / "nothing")
