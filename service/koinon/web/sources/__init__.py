"""``/sources/{id}``: sources that are handed in over HTTP, what became of them, and the builder that follows."""
