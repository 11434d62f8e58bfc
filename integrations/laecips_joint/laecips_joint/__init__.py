"""The parts of an Ianvs or Sedna joint-inference job, without Ianvs and Sedna; no ROS, no torch."""
