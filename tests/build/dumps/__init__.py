"""Dumps and their tables, as a build makes them."""
