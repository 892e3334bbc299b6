"""How addresses name the values of facets and the places between pages."""

from collections.abc import Iterator
from typing import Final

from koinon.model.namespaces import BASE, CODE, GRAPH, ID, SHARED
from koinon.release.facets import Section

_KINDS: Final = {
    "country": SHARED + "place/",
    "region": SHARED + "place/",
    "programme": SHARED + "programme/",
    "project": ID + "project/",
    "actor": ID + "organisation/",
    "member": ID + "organisation/",
    "period": SHARED + "period/",
    "fund": SHARED + "fund/",
    "source": GRAPH,
    "theme": CODE + "theme/",
    "model": CODE + "cluster-model/",
    "status": CODE + "status/",
    "scheme": CODE,
}
"""How the values of a facet begin: in addresses that part is left out."""
_NAMESPACES: Final = tuple(dict.fromkeys((ID, SHARED, CODE, BASE)))


def written_value(facet: str, value: str) -> str:
    """Return a value as addresses name it: ``pomorskie``, ``keep``, ``helix/academia``, ``2016``; else its IRI."""
    for prefix in (_KINDS.get(facet), *_NAMESPACES):
        if prefix and value.startswith(prefix) and len(value) > len(prefix):
            return value.removeprefix(prefix)
    return value


def read_value(facet: str, text: str) -> Iterator[str]:
    """Yield the values that a written one may stand for, the likeliest first."""
    yield text
    for prefix in (_KINDS.get(facet), *_NAMESPACES):
        if prefix:
            yield prefix + text


def written_cursor(section: Section, number: int, measure: str = "") -> str:
    """Return the cursor after a thing: ``project/resist``, or with what sorts: ``20220501~project/resist``."""
    thing = section.iris[number]
    name = thing.removeprefix(ID).removeprefix(BASE)
    return f"{section.measures[measure][number]}~{name}" if measure else name


def iris_of(name: str) -> Iterator[str]:
    """Yield the IRIs that the name of a thing in a cursor may stand for."""
    if "://" in name:
        yield name
        return
    yield from (namespace + name for namespace in _NAMESPACES)
