"""Making the dumps of a release: RDF packed piece by piece, and a table per class with its dictionary."""
