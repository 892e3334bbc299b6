"""Harvesting: what others publish becomes one file, which goes the way of every source."""
