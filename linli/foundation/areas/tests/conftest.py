from collections.abc import Iterator

import pytest
from django.utils import translation

from linli.foundation.areas.tests import factories


@pytest.fixture
def communities(db):
    return factories.make_map()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are compared in the language they are written in."""
    with translation.override("en"):
        yield
