"""
Texts with markup: Markdown inside; HTML, BB-code or Textile outside.

Every markup has a reader and a writer over one small tree (`tree`), exact inverses on its normal form (`tidy`) and on
what the markup can say (`keep`). `Markup` is the lens; `normal_markdown` says whether two Markdown texts are one.
"""

from .transform import Markup, normal_markdown

__all__ = ["Markup", "normal_markdown"]
