#!/bin/bash
# Runs a worker in an image: worker.sh laecips_little_model.py. Sedna's library and our packages are put on Python's path.
set -e
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
export PYTHONPATH="$here/../laecips_joint:$here/../../sedna${PYTHONPATH:+:$PYTHONPATH}"
exec python3 "$here/$1"
