"""
Vendors' systems made of dictionaries, for the demo, the tests and the bench: their protocols, with their traps.

Each is an ASGI application of its own and can run as a process (`python -m connectors.sandbox.redmine --port 0`); none
of them knows anything of our connectors. What a vendor refuses, drops or counts, its sandbox refuses, drops and counts:
the files in tests/contract/exchanges hold both to the same words.
"""
