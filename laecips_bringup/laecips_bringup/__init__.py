"""Launch files, the RViz layout and the process runner of LAECIPS."""
