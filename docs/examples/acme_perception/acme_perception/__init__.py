"""Parts of a third party for LAECIPS; its cloud finds them by their entry points."""
