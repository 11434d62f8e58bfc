"""Hard frames kept on the robot while no cloud is there, and which of them are kept."""
