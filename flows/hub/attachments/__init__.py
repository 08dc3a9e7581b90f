"""
Files of cases, shared between systems by their content.

A file is read once into the spool and written from there; each request that makes something is written down before it
leaves. What cannot go somewhere becomes a link. Nothing is deleted but copies that a person has taken back (`undoing`).
"""

from .spool import Spool, spool_in

__all__ = ["Spool", "spool_in"]
