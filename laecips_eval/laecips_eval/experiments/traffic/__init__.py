"""What answers, scores and updates weigh on the wire, and what their small codings change."""
