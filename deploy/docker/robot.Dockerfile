# The robot: edge_node and bridge_node, without torch and without a compiler; for amd64 and arm64. From the root:
#   docker build -f deploy/docker/robot.Dockerfile -t laecips-robot .
#   docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/robot.Dockerfile -t REGISTRY/laecips-robot --push .
ARG ROS_DISTRO=jazzy

FROM ros:${ROS_DISTRO}-ros-base AS build
# true: OpenVINO too, 240 MB, which `engine: auto` takes where it is faster.
ARG OPENVINO=false
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
WORKDIR /opt/laecips/source
# The dependencies first, so that a change of the sources does not install them anew.
COPY laecips_msgs/package.xml laecips_msgs/package.xml
COPY laecips_edge/package.xml laecips_edge/package.xml
RUN apt-get update \
    && rosdep update --rosdistro "$ROS_DISTRO" \
    && rosdep install --from-paths laecips_msgs laecips_edge --ignore-src -y \
    && rosdep keys --from-paths laecips_msgs laecips_edge --ignore-src --dependency-types=exec \
        | xargs rosdep resolve | grep -v '^#' | tr ' ' '\n' | sort -u > /opt/laecips/apt_packages \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/robot.txt requirements/robot.txt
RUN python3 -m venv --system-site-packages /opt/laecips/venv \
    && /opt/laecips/venv/bin/pip install --no-cache-dir -r requirements/robot.txt
# Without the package by which OpenVINO would send usage statistics, and with apt's numpy.
RUN if [ "$OPENVINO" = true ]; then \
        sed -nE 's/^# ((openvino|onnx|ml_dtypes)==)/\1/p' requirements/robot.txt > requirements/openvino.txt \
        && /opt/laecips/venv/bin/pip install --no-cache-dir -r requirements/openvino.txt "numpy<2" \
        && /opt/laecips/venv/bin/pip uninstall -y openvino-telemetry; \
    fi
COPY laecips_msgs laecips_msgs
COPY laecips_edge laecips_edge
COPY config config
# With the environment's Python first, so that the nodes start with it.
RUN source "/opt/ros/$ROS_DISTRO/setup.bash" \
    && PATH="/opt/laecips/venv/bin:$PATH" colcon build --base-paths laecips_msgs laecips_edge \
        --merge-install --install-base /opt/laecips/install --cmake-args -DCMAKE_BUILD_TYPE=Release

FROM ros:${ROS_DISTRO}-ros-core
COPY --from=build /opt/laecips/apt_packages /opt/laecips/apt_packages
RUN apt-get update \
    && xargs -a /opt/laecips/apt_packages apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1000 -g 1000 /var/lib/laecips
COPY --from=build /opt/laecips/venv /opt/laecips/venv
COPY --from=build /opt/laecips/install /opt/laecips/install
COPY laecips_bringup/bundles/inspection /opt/laecips/bundles/inspection
COPY deploy/profiles /opt/laecips/profiles
COPY deploy/entrypoint.sh /opt/laecips/entrypoint.sh
# Received models, the spool and the logs. Shared memory needs one user: 1000 is the first of most robots (docs/deployment.md).
ENV HOME=/var/lib/laecips
USER 1000:1000
WORKDIR /var/lib/laecips
ENTRYPOINT ["/opt/laecips/entrypoint.sh"]
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s \
    CMD ["/opt/laecips/entrypoint.sh", "laecips", "state", "/edge"]
CMD ["ros2", "launch", "laecips_edge", "edge.launch.py", "bundle:=/opt/laecips/bundles/inspection"]
