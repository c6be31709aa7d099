"""Property tests run on busy machines, so a slow example is not a failure."""

from hypothesis import settings

settings.register_profile("linli", deadline=None)
settings.load_profile("linli")
