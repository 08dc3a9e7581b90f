"""``python -m connectors.sandbox.bitrix24 --port 0 --seed 40``: a portal on this machine."""

from ..serve import run
from . import Bitrix24Sandbox

if __name__ == "__main__":
    run(lambda clock, script, cyrillic: Bitrix24Sandbox(clock=clock, script=script, cyrillic=cyrillic))
