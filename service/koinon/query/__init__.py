"""The query catalogue, and the worker processes in which raw SPARQL runs."""
