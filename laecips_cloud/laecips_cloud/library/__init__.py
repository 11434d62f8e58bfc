"""The trainer's library: versions of the pair, their ledger, and the files that robots fetch."""
