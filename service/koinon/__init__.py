"""Koinon: a knowledge graph and linked-data service for Europe's social economy."""

__version__ = "0.1.0"
