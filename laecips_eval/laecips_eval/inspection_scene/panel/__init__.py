"""A panel: surfaces, parts in their places, and the light on them."""
