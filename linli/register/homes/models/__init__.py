"""Homes and organisations on site: one noun per file."""

from linli.register.homes.models.building import Building
from linli.register.homes.models.dwelling import Dwelling
from linli.register.homes.models.estate import Estate
from linli.register.homes.models.organisation import Organisation

__all__ = ["Building", "Dwelling", "Estate", "Organisation"]
