"""The real edge node, as launch files start it, beside the bare networks on the same pictures."""
