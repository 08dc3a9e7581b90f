"""What things mean and who is right: canonical records, lenses, the mapping language, reconcile. Pure: no I/O."""
