"""From sources to a release: read, normalise, validate, assemble, write."""
