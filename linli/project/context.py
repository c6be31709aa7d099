"""What every page knows of the installation. Asks nothing of the database."""

from django.conf import settings
from django.http import HttpRequest

from linli import __version__


def installation(request: HttpRequest) -> dict[str, object]:
    """Demo mode (for the banner) and the version."""
    return {"demo": settings.LINLI_DEMO, "version": __version__, "tile_url": settings.LINLI_TILE_URL}
