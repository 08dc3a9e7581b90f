"""How often Python looks for objects that only hold each other, while a pass runs."""

import gc

NEW = 100_000
"""Objects that come to be more than go before Python looks: more than a batch of cases has. It comes with 700."""


def collect_rarely() -> None:
    """
    Have Python look for cycles less often, from now on in this process.

    A pass decodes some hundred small objects a case and lets go of them without cycles; looking among all of them, and
    all that the program itself is made of, took a fifth of its CPU. What a cycle holds goes some ten megabytes later.
    """
    _, *older = gc.get_threshold()
    gc.set_threshold(NEW, *older)
