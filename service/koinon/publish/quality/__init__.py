"""The quality of releases, as pages show it and as RDF tells it."""
