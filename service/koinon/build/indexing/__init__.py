"""The search index of a release, written from its store or from its parent's index."""
