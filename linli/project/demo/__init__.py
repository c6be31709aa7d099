"""The demo district: real names of places, made-up people and cases. Loaded once, kept on every later start."""

from linli.project.demo.load import NotEmpty, load, load_district, welcome

__all__ = ["NotEmpty", "load", "load_district", "welcome"]
