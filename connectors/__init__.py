"""Talk to systems, nothing else: one file per system."""
