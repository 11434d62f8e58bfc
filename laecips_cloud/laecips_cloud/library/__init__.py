"""The trainer's library: versions of the pair, their ledger, the files that robots fetch."""
