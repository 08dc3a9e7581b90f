"""
The thin Prefect flows: the only place that knows Prefect.

`deployments`, `ends` and `quiet` need no Prefect, so that `casehub deploy --print` does not load it.
"""
