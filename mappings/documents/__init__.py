"""Documents of a case, as text: templates with facts in them, the block that the hub keeps current, safe names."""

from .block import BlockLost, Parts, put_block, split_block, stamp_block
from .escape import TARGETS, Target, target_of
from .names import file_path, page_title
from .template import Flaw, Flawed, Template, parse_template

__all__ = [
    "TARGETS",
    "BlockLost",
    "Flaw",
    "Flawed",
    "Parts",
    "Target",
    "Template",
    "file_path",
    "page_title",
    "parse_template",
    "put_block",
    "split_block",
    "stamp_block",
    "target_of",
]
