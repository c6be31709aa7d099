"""Sheets of people as a kind of import."""

from linli.foundation.imports.kinds import Kind, register
from linli.register.people.importing import applying, checking, staging, undoing

CODE = "people"


def ready() -> None:
    """Let the worker know how sheets of people are checked, applied and taken back."""
    register(Kind(code=CODE, check=checking.check, apply=applying.apply, undo=undoing.undo, forget=staging.forget))
