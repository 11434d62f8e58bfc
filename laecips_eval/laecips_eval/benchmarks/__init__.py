"""Benchmarks of the parts of the stack; `registry` names them."""
