import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.coordinates import gcj02_to_wgs84, metres_between, out_of_china, to_wgs84, wgs84_to_gcj02

XIAN = (108.9606, 34.2665)  # Xincheng district
# A little inside the rectangle: at its very edge the shift can carry a point across.
inside = st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7))
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def test_the_shift_at_xian_is_about_468_metres():
    """ux.md §11 measured 468 m; the shift varies by a few metres across the city."""
    assert metres_between(*XIAN, *wgs84_to_gcj02(*XIAN)) == pytest.approx(468, abs=8)


def test_a_known_pair_in_beijing():
    """The example in the README of wandergis/coordtransform."""
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


@given(inside)
def test_there_and_back_is_closer_than_five_centimetres(point):
    assert metres_between(*point, *gcj02_to_wgs84(*wgs84_to_gcj02(*point))) < 0.05


@given(anywhere)
def test_points_abroad_are_left_alone(point):
    if out_of_china(*point):
        assert wgs84_to_gcj02(*point) == gcj02_to_wgs84(*point) == point


@given(inside)
def test_to_wgs84_follows_the_stated_system(point):
    assert to_wgs84(*point, "wgs84") == point
    assert to_wgs84(*point, "gcj02") == gcj02_to_wgs84(*point)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [(math.nan, 30, "wgs84"), (120, math.inf, "gcj02"), (34.26, 108.94, "wgs84"), (120, 30, "bd09")],
)
def test_nonsense_is_refused(lon, lat, crs):
    with pytest.raises(ValueError, match=r"not a longitude|unknown"):
        to_wgs84(lon, lat, crs)


@given(anywhere, anywhere)
def test_distance_is_symmetric_and_never_beyond_half_the_globe(a, b):
    there = metres_between(*a, *b)
    assert 0 <= there <= math.pi * 6_371_009
    assert there == pytest.approx(metres_between(*b, *a), abs=0.01)


def test_one_degree_of_latitude_is_111_kilometres():
    assert metres_between(120, 30, 120, 31) == pytest.approx(111_195, abs=1)
