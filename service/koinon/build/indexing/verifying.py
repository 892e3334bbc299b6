"""Comparing a search index with what the store of its release says."""

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Store
from tantivy import Query

from koinon.build.indexing.things import Things
from koinon.build.indexing.writing import named_things
from koinon.model.errors import ReleaseError
from koinon.release.search_index import BODY, IRI, open_index, schema


def index_problems(folder: Path, store: Store) -> Iterator[str]:
    """Yield what is wrong with the index in ``folder``, a line; a release without one has no such problem."""
    if not folder.is_dir():
        return
    try:
        searcher = open_index(folder).searcher()
    except ReleaseError as error:
        yield f"the search index cannot be read: {error}"
        return
    things, fields, expected = Things(store), schema(), 0
    for thing in named_things(store):
        body = things.body(thing)
        if body is None:
            continue
        expected += 1
        found = searcher.search(Query.term_query(fields, IRI, thing.value, "basic"), 2)
        if [searcher.doc(address).get_first(BODY) for _, address in found.hits] != [body.written()]:
            yield f"the search index does not say of {thing.value} what the store says"
            return
    if searcher.num_docs != expected:
        yield f"the search index has {searcher.num_docs} things instead of {expected}"
