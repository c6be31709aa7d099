"""The write side of the register of people, one noun per file."""

from linli.register.people.actions.party import (
    checked_phone,
    party_for_phone,
    party_of_unit,
    party_of_user,
    reveal_phone,
)

__all__ = ["checked_phone", "party_for_phone", "party_of_unit", "party_of_user", "reveal_phone"]
