"""The key that signs the updates of a replay: this machine's own, made at the first use."""

from __future__ import annotations

from pathlib import Path

from laecips_edge.core.cache_folder import cache_folder
from laecips_edge.core.parameter_file import given
from laecips_edge.core.signing.key_files import KEY_FILE
from laecips_edge.core.signing.signing_key import ensured_key
from laecips_edge.launching.node_spec import Parameters


def signing_parameters(params_file: str) -> tuple[Parameters, Parameters]:
    """Return the parameters of a trainer that signs, and of the robot that trusts its key.

    Args:
        params_file: a parameter file of the user; empty for none. If it names a key of trainer or
            robot, both are the user's.

    Raises:
        SignatureError: the key is damaged.
        OSError: it cannot be written.
    """
    if params_file:
        mine = Path(params_file)
        if "signing_key" in given(mine, "trainer") or "update_keys" in given(mine, "edge"):
            return {}, {}
    path = cache_folder() / "signing" / KEY_FILE
    key = ensured_key(path)
    return {"signing_key": str(path)}, {"update_keys": [key.public.hex()]}
