"""Releases: immutable folders, the log that says what was current when, and the one atomic switch."""
