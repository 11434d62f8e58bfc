"""A finished replay as a recording that a viewer scrubs through (`laecips view`)."""
