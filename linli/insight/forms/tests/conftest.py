"""What every test of forms begins with."""

import pytest

from linli.apps.admission.tests.factories import of_unit


@pytest.fixture(autouse=True)
def _kept_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.LINLI_HOME = tmp_path


@pytest.fixture
def health(actor_of):
    """Department staff of the health commission, which leads an item of the demo list."""
    return of_unit(actor_of("department-staff"), "dept-health")
