"""Canonical records: the kinds in the middle, their facts and values."""

from .values import Facts, Money, Value, decode, decode_facts, encode, encode_facts

__all__ = ["Facts", "Money", "Value", "decode", "decode_facts", "encode", "encode_facts"]
