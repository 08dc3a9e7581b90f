"""Search by words in any of their forms."""

from .finding import Found, Sought, find, numbers
from .stems import asked, folded, indexed, places, stem, stems

__all__ = ["Found", "Sought", "asked", "find", "folded", "indexed", "numbers", "places", "stem", "stems"]
