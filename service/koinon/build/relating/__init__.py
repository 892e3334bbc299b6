"""The table of relations of a release, written from its store or from the parent's table."""

from koinon.build.relating.tables import change_relations, same_relations, write_relations

__all__ = ["change_relations", "same_relations", "write_relations"]
