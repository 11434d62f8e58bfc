"""Point the CMake files of the ROS wheels at this interpreter.

Two things keep the wheels from building interfaces as they come: their exported CMake files name
include folders of the machine they were built on; and generated Python libraries export numpy's
include folder, which CMake refuses where the environment lies inside the source tree (ours does).
Run with the virtual environment's own Python; running it again changes nothing.
"""

import re
import sys
import sysconfig
from pathlib import Path

import numpy as np

BUILT_ON = re.compile(
    r"/opt/python/cp3\d+-cp3\d+/"
    r"(?:include/python3\.\d+|lib/python3\.\d+/site-packages/numpy/\S*?include)"
)

EXPORTED = re.compile(r"PUBLIC \$\{Python3_INCLUDE_DIRS\} \$\{Python3_NumPy_INCLUDE_DIRS\}\)")
BUILD_ONLY = (
    "PUBLIC $<BUILD_INTERFACE:${Python3_INCLUDE_DIRS}>"
    " $<BUILD_INTERFACE:${Python3_NumPy_INCLUDE_DIRS}>)"
)


def mended(match: re.Match[str]) -> str:
    """Return the folder of this environment that stands for the one of the building machine."""
    return np.get_include() if "numpy" in match[0] else sysconfig.get_path("include")


def main() -> None:
    """Rewrite every CMake file under `<venv>/share` that names a foreign folder."""
    files = [path for path in Path(sys.prefix, "share").rglob("*.cmake") if path.is_file()]
    changed = 0
    for path in files:
        text = path.read_text(encoding="utf-8")
        new = EXPORTED.sub(BUILD_ONLY, BUILT_ON.sub(mended, text))
        if new != text:
            path.write_text(new, encoding="utf-8")
            changed += 1
    print(f"include folders mended in {changed} of {len(files)} CMake files")


if __name__ == "__main__":
    main()
