"""The pages of an import, from the upload to the undo."""

from linli.sites.register.views.imports import approving, columns, listing, merging, rows, words

__all__ = ["approving", "columns", "listing", "merging", "rows", "words"]
