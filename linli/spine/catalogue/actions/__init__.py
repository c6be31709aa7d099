"""What changes the catalogue."""

from linli.spine.catalogue.actions.loading import load_list, publish

__all__ = ["load_list", "publish"]
