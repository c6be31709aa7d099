"""The write side of homes: estates, buildings, dwellings and organisations, one file for each.

Every function asks for the right to change the register, and touches nothing outside the actor's area. Raises
NotAllowed, Invalid (a sentence for each field), Stale, InUse.
"""

from linli.register.homes.actions import buildings, dwellings, estates, organisations
from linli.register.homes.actions.base import InUse

__all__ = ["InUse", "buildings", "dwellings", "estates", "organisations"]
