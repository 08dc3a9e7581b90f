"""Search by words in any of their forms."""

from .finding import Found, Sought, find, numbers
from .stems import asked, indexed, places, stem, stems

__all__ = ["Found", "Sought", "asked", "find", "indexed", "numbers", "places", "stem", "stems"]
