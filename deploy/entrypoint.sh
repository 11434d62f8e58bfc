#!/bin/bash
# Runs a command with ROS 2, this workspace and its Python packages around it: in images, in their probes (which start
# beside the entrypoint, not through it) and in the systemd units. Lies beside install/ and venv/.
set -e
prefix=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
for setup in "/opt/ros/${ROS_DISTRO:-jazzy}/setup.bash" "$prefix/install/setup.bash"; do
  # shellcheck source=/dev/null
  source "$setup" --
done
export PATH="$prefix/venv/bin:$PATH"
# ONNX Runtime finds CUDA's libraries, which pip has put beside it, by this path alone.
for libraries in "$prefix"/venv/lib/python3*/site-packages/nvidia/*/lib; do
  if [ -d "$libraries" ]; then
    export LD_LIBRARY_PATH="$libraries:${LD_LIBRARY_PATH:-}"
  fi
done
exec "$@"
