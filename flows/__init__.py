"""What runs: use cases, the command line, the scheduled flows."""
