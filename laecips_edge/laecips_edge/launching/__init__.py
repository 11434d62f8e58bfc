"""What launch files start on a robot, and what they have in common with those of a cloud."""
