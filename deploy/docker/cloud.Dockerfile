# The data centre: gateway, cloud and trainer, with torch. From the root, for processors and for NVIDIA's devices:
#   docker build -f deploy/docker/cloud.Dockerfile --build-arg TORCH_INDEX=URL_OF_TORCH_CPU_WHEELS -t laecips-cloud:cpu .
#   docker build -f deploy/docker/cloud.Dockerfile --build-arg DEVICE=cuda -t laecips-cloud:cuda .
# CUDA's libraries come with torch's wheels, the driver from the host (NVIDIA Container Toolkit).
ARG ROS_DISTRO=jazzy

FROM ros:${ROS_DISTRO}-ros-base AS build
# cpu or cuda
ARG DEVICE=cpu
# An index of wheels beside pip's own, such as that of torch's CPU build (without it: the build for CUDA, 5 GB).
ARG TORCH_INDEX=
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
WORKDIR /opt/laecips/source
COPY laecips_msgs/package.xml laecips_msgs/package.xml
COPY laecips_edge/package.xml laecips_edge/package.xml
COPY laecips_cloud/package.xml laecips_cloud/package.xml
COPY laecips_eval/package.xml laecips_eval/package.xml
COPY laecips_bringup/package.xml laecips_bringup/package.xml
# No screen here: RViz stays out.
RUN apt-get update \
    && rosdep update --rosdistro "$ROS_DISTRO" \
    && rosdep install --from-paths . --ignore-src -y --skip-keys rviz2 \
    && rosdep keys --from-paths . --ignore-src --dependency-types=exec | grep -vx rviz2 \
        | xargs rosdep resolve | grep -v '^#' | tr ' ' '\n' | sort -u > /opt/laecips/apt_packages \
    && apt-get install -y --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/robot.txt requirements/cloud.txt requirements/
RUN if [ "$DEVICE" = cuda ]; then sed -i 's/^onnxruntime==/onnxruntime-gpu==/' requirements/robot.txt; fi \
    && python3 -m venv --system-site-packages /opt/laecips/venv \
    && PIP_EXTRA_INDEX_URL="$TORCH_INDEX" /opt/laecips/venv/bin/pip install --no-cache-dir -r requirements/cloud.txt
COPY laecips_msgs laecips_msgs
COPY laecips_edge laecips_edge
COPY laecips_cloud laecips_cloud
COPY laecips_eval laecips_eval
COPY laecips_bringup laecips_bringup
COPY config config
COPY rosbags rosbags
RUN source "/opt/ros/$ROS_DISTRO/setup.bash" \
    && PATH="/opt/laecips/venv/bin:$PATH" colcon build \
        --base-paths laecips_msgs laecips_edge laecips_cloud laecips_eval laecips_bringup \
        --merge-install --install-base /opt/laecips/install --cmake-args -DCMAKE_BUILD_TYPE=Release

FROM ros:${ROS_DISTRO}-ros-core
COPY --from=build /opt/laecips/apt_packages /opt/laecips/apt_packages
RUN apt-get update \
    && xargs -a /opt/laecips/apt_packages apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1000 -g 1000 /var/lib/laecips
COPY --from=build /opt/laecips/venv /opt/laecips/venv
COPY --from=build /opt/laecips/install /opt/laecips/install
COPY deploy/profiles /opt/laecips/profiles
COPY deploy/entrypoint.sh /opt/laecips/entrypoint.sh
# The replay buffer, the library of models and the logs.
ENV HOME=/var/lib/laecips
USER 1000:1000
WORKDIR /var/lib/laecips
EXPOSE 50443
ENTRYPOINT ["/opt/laecips/entrypoint.sh"]
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s \
    CMD ["/opt/laecips/entrypoint.sh", "laecips", "state", "/cloud"]
CMD ["ros2", "launch", "laecips_bringup", "cloud.launch.py"]
