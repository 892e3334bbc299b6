"""The command line."""

from koinon.cli.app import main

__all__ = ["main"]
