"""The health of the edge node: what is watched, and what diagnostics and log say of it."""
