"""Linli 邻里: the daily work of urban communities, entered once, tracked to an answer."""

__version__ = "0.1.0"
