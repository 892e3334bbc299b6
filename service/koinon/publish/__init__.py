"""Representations of what a release holds: JSON-LD, RDF syntaxes, view models and descriptions."""
