"""WGS-84 and GCJ-02 coordinates in degrees.

The database holds WGS-84 only (equal to CGCS2000 for our use). Phones' map apps and WeChat hand out GCJ-02, the
shifted coordinates of Chinese maps; they are converted once, where they come in.
"""

import math
from typing import Literal

Crs = Literal["wgs84", "gcj02"]

EARTH_RADIUS_M = 6_371_008.8
# The Krasovsky 1940 ellipsoid, on which the shift is defined.
AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# 1e-9 degrees are a tenth of a millimetre; each round shrinks the error about a thousandfold.
ENOUGH_DEGREES = 1e-9
MAX_ROUNDS = 20


def out_of_china(lon: float, lat: float) -> bool:
    """Tell whether a point lies outside the rectangle in which GCJ-02 differs from WGS-84."""
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def _waves(x: float) -> float:
    return 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """Return the shift of GCJ-02 from WGS-84 at a WGS-84 point, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (_waves(x) + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi))
    east += 2 / 3 * (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (_waves(x) + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi))
    north += 2 / 3 * (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y / 30 * math.pi))
    radians = math.radians(lat)
    magic = 1 - ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    d_lon = math.degrees(east / (AXIS / math.sqrt(magic) * math.cos(radians)))
    d_lat = math.degrees(north / (AXIS * (1 - ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))))
    return d_lon, d_lat


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Convert (lon, lat) for drawing on a Chinese map; points outside China stay as they are."""
    if out_of_china(lon, lat):
        return lon, lat
    d_lon, d_lat = _shift(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Convert (lon, lat) from a Chinese map, by iteration, to better than 0.05 m."""
    if out_of_china(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    for _ in range(MAX_ROUNDS):
        d_lon, d_lat = _shift(guess_lon, guess_lat)
        next_lon, next_lat = lon - d_lon, lat - d_lat
        moved = abs(next_lon - guess_lon) + abs(next_lat - guess_lat)
        guess_lon, guess_lat = next_lon, next_lat
        if moved < ENOUGH_DEGREES:
            break
    return guess_lon, guess_lat


def to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """Bring a point that came in with its reference system to WGS-84 (lon, lat) in degrees.

    Raises ValueError for anything that is not a place on Earth (not a number, out of range, unknown system).
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"not a longitude and latitude: {lon}, {lat}")
    match crs:
        case "wgs84":
            return lon, lat
        case "gcj02":
            return gcj02_to_wgs84(lon, lat)
        case _:
            raise ValueError(f"unknown coordinate reference system: {crs}")


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance of two points in metres (on a sphere: within 0.5 %)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    across = math.sin(math.radians(lon2 - lon1) / 2) ** 2
    chord = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * across
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))
