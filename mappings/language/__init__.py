"""The mapping language: YAML text in, checked and compiled mappings out."""

from .compile import Vocabularies, compile_mapping, compile_sync
from .compiled import CompiledMapping
from .load import load_hub, load_systems, types_named
from .model import Clause, FieldSpec, Hub, Make, MappingSpec, Notify, Person, Schedule, Sync, System
from .problems import Mark, Problem, Problems
from .references import database_problem
from .schema import SettingKey, SystemSchema
from .scope import Scope

__all__ = [
    "Clause",
    "CompiledMapping",
    "FieldSpec",
    "Hub",
    "Make",
    "MappingSpec",
    "Mark",
    "Notify",
    "Person",
    "Problem",
    "Problems",
    "Schedule",
    "Scope",
    "SettingKey",
    "Sync",
    "System",
    "SystemSchema",
    "Vocabularies",
    "compile_mapping",
    "compile_sync",
    "database_problem",
    "load_hub",
    "load_systems",
    "types_named",
]
