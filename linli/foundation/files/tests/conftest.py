from pathlib import Path

import pytest


@pytest.fixture
def storage(tmp_path: Path, settings) -> Path:
    """An empty storage of this test's own."""
    place = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(place)},
        },
    }
    return place


@pytest.fixture
def kept(storage: Path):
    """The names of all files in the storage, drafts included."""

    def names() -> list[str]:
        return sorted(str(path.relative_to(storage)) for path in storage.rglob("*") if path.is_file())

    return names
