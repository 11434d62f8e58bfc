"""A cloud that says so when it is asked, and never answers: for a test that kills it meanwhile."""

import os

from edge_robot import Cloud
from processes import until

if __name__ == "__main__":
    with Cloud(int(os.environ["ROS_DOMAIN_ID"])) as cloud:
        cloud.gate.clear()
        until(lambda: cloud.requests)
        print("asked", flush=True)
        cloud.gate.wait()
