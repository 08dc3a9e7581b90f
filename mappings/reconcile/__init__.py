"""Decide: three-way reconcile of any number of systems, and the plan of what to write."""
