"""Released forms in the private store."""

from typing import Final

from linli.foundation.files.private import PrivateStore

store: Final = PrivateStore("released")
