# A USB camera for the examples in deploy/compose and deploy/kubernetes; a robot mostly has a driver of its own.
ARG ROS_DISTRO=jazzy
FROM ros:${ROS_DISTRO}-ros-core
ARG ROS_DISTRO
RUN apt-get update \
    && apt-get install -y --no-install-recommends "ros-${ROS_DISTRO}-v4l2-camera" \
    && rm -rf /var/lib/apt/lists/*
# The publisher's shared memory decides whether images arrive (docs/dds.md).
COPY config/fastdds.xml /etc/laecips/fastdds.xml
ENV FASTRTPS_DEFAULT_PROFILES_FILE=/etc/laecips/fastdds.xml ROS_LOG_DIR=/tmp/ros
USER 1000:1000
CMD ["ros2", "run", "v4l2_camera", "v4l2_camera_node"]
