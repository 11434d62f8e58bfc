"""From pictures and masks of one's own to a robot's bundle: the steps of `laecips new`."""
