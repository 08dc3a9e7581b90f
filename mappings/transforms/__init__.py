"""Lenses of one fact: named pairs of read and write that pass the laws of `mappings.lens`."""
