"""A seeded scene of robotic inspection: panels with parts, rare defects, and drift."""
