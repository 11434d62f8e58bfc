"""What answers and scores weigh on the wire, and what their small codings change."""
