"""Settings of the test suite: those of an installation, in a home of its own that is thrown away."""

import atexit
import os
import shutil
import tempfile

# Before the settings are read: they make the secret key in the home that this names. Each test process has its own.
_home = tempfile.mkdtemp(prefix="linli-test-")
_maker = os.getpid()


def _remove() -> None:
    if os.getpid() == _maker:  # not in a forked child
        shutil.rmtree(_home, ignore_errors=True)


atexit.register(_remove)
os.environ["LINLI_HOME"] = _home
for _name in ("LINLI_DEMO", "LINLI_DEBUG", "LINLI_KEYRING", "LINLI_HTTPS", "LINLI_SMS_GATEWAY", "LINLI_TILE_URL"):
    os.environ.pop(_name, None)

from linli.project.settings import *  # noqa: E402, F403
from linli.project.settings import DATABASES, LINLI_HOME, LINLI_SQLITE, STORAGES  # noqa: E402

# A file, not memory: threads and server processes of a test see the same database, with the locks of the real one.
if LINLI_SQLITE:
    DATABASES["default"]["TEST"] = {"NAME": str(LINLI_HOME / "test.sqlite3")}
# Static files come from the source, under their own names: nothing is collected.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
(LINLI_HOME / "static").mkdir()
# Slow on purpose is for real passwords.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A view without a mark is an error here, and a page that is not found in an installation.
LINLI_STRICT_ACCESS = True
