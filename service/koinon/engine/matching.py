"""Looking up statements by a pattern, without those that the engine gives too much.

On a disk, Oxigraph 0.5.13 ends a scan too late where the bytes of what is looked for end in 0xFF: of whole numbers,
these are 255, 511, 767 and so on, and the scan goes on through the next 255 numbers. SPARQL compares again, and is
right; so is ``quad in store``. Names are looked up by hashes, of which no two are that close.
"""

from collections.abc import Iterator

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple


def matching(
    store: Store,
    subject: NamedNode | BlankNode | Triple | None,
    predicate: NamedNode | None,
    object: NamedNode | BlankNode | Literal | Triple | None,
    graph: NamedNode | BlankNode | DefaultGraph | None,
) -> Iterator[Quad]:
    """Yield the statements of ``store`` that match; None stands for anything.

    A number is found as the store writes it (``1``, not ``01``).
    """
    found = store.quads_for_pattern(subject, predicate, object, graph)
    if object is None or isinstance(object, NamedNode | BlankNode):
        return found
    return (quad for quad in found if quad.object == object)
