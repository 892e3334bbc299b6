"""Linking: which records of two tables are the same organisation, and why."""
