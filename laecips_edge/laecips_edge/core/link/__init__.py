"""What robot and cloud say to each other, and how a request meets its deadline."""
