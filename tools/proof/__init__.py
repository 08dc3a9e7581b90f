"""
The proof that nothing is lost and nothing doubled, run in full: ``make proof``.

Every part is cut into shards, each a process of its own that leaves one file of numbers. A run that was stopped goes on
with the shards that have no file yet; the table at the end is made from the files.
"""
