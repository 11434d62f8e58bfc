"""What a run without truth shows: shift of trust and classes, agreement of f and F."""
