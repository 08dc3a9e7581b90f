"""What Prefect is told by environment wherever the hub starts it: nothing calls home, nothing starts by itself."""

from collections.abc import Mapping, MutableMapping

QUIET: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # without an address it fails at once instead of starting a server
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # seconds, the least there is: the automation waits for three of them
}
"""Set in every process that runs a flow of the hub."""


def keep_quiet(environment: MutableMapping[str, str]) -> None:
    """Add to *environment* what it does not say already; to be called before Prefect is imported."""
    for name, value in QUIET.items():
        environment.setdefault(name, value)
