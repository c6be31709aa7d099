"""A made-up population for any district: homes, households, eight years of lives, groups. Same seed, same rows."""

from linli.project.demo.population.load import DEFAULT, after_load, is_populated, load_population

__all__ = ["DEFAULT", "after_load", "is_populated", "load_population"]
