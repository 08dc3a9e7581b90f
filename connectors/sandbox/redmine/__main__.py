"""``python -m connectors.sandbox.redmine --port 0 --seed 40``: a Redmine on this machine."""

from ..serve import run
from . import RedmineSandbox

if __name__ == "__main__":
    run(lambda clock, script, cyrillic: RedmineSandbox(clock=clock, script=script, cyrillic=cyrillic))
