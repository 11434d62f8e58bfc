"""The bag player: a node that publishes recorded or generated frames."""
