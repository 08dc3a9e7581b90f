"""
Does the proof bite? Breaks the code on purpose, one place at a time, and asks the tests: `make mutants`.

The breakages are of two kinds: rules switched off by hand (`rules.yaml`) and small changes that a machine makes
(`make.py`). Nothing is written to the checkout: each one lives in a forked child, whose functions are given other code.
"""
