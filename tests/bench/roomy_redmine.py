"""``python -m tests.bench.roomy_redmine``: the Redmine of the sandbox, whose administrator lets larger files in."""

from connectors.sandbox.redmine import RedmineSandbox, Settings
from connectors.sandbox.serve import run

LARGEST = 64 * 1024 * 1024

if __name__ == "__main__":
    roomy = Settings(largest_file=LARGEST)
    run(lambda clock, script, cyrillic: RedmineSandbox(settings=roomy, clock=clock, script=script, cyrillic=cyrillic))
