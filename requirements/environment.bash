# Source this in bash: the ROS 2 of .venv and, once it is built, the workspace on top. What another ROS
# has left in the shell would be loaded in their place, and goes.
laecips_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
unset PYTHONPATH LD_LIBRARY_PATH _ROS_WHEELS_BOOTSTRAP_COMPLETE ROS_DISTRO ROS_VERSION ROS_PYTHON_VERSION COLCON_PREFIX_PATH
export PATH="$laecips_root/.venv/bin:$PATH"
export AMENT_PREFIX_PATH="$laecips_root/.venv" CMAKE_PREFIX_PATH="$laecips_root/.venv"
# Many processes start here: each would compile the sources and the tests anew without their bytecode.
unset PYTHONDONTWRITEBYTECODE
export RMW_IMPLEMENTATION=rmw_fastrtps_cpp PYTHONUNBUFFERED=1
if [ -f "$laecips_root/install/setup.bash" ]; then
  # colcon's scripts read variables that may be unset.
  case $- in *u*) set +u; source "$laecips_root/install/setup.bash"; set -u ;; *) source "$laecips_root/install/setup.bash" ;; esac
fi
unset laecips_root
