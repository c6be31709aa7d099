"""The write side of visits: assign households, record a visit once."""

from linli.apps.visits.actions.assign import Act, Target, assign, take_back
from linli.apps.visits.actions.record import Recorded, Report, key_of, record

__all__ = ["Act", "Recorded", "Report", "Target", "assign", "key_of", "record", "take_back"]
