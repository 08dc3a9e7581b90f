"""Wiring and the use cases, without Prefect."""
