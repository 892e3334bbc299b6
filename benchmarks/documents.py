"""How long documents take: our JSON-LD writer against a stock processor's frame and compact, Turtle, and pages.

Command: ``.venv/bin/python benchmarks/documents.py [COUNT]``, on the current release (built when there is none).
For COUNT resources (60), taken at even distances from the sorted list of all, it prints CPU ms per document
(mean, and the slowest), and how much our JSON-LD costs beside the same triples constructed by the engine.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from given import current_release
from pyld import jsonld as processor
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from koinon.model.assets import Assets
from koinon.model.namespaces import CODE, ID
from koinon.model.settings import Settings
from koinon.publish import jsonld, rdf
from koinon.publish.context import Context
from koinon.publish.documents import PREF_LABEL, TYPE, Document, thing_document
from koinon.publish.pages import thing_view
from koinon.publish.vocabulary import Vocabulary
from koinon.release.contents import Contents

ADDRESS = "https://service.example/context/v1.jsonld"


def main(count: int) -> None:
    """Measure and print."""
    settings = Settings.from_environment()
    assets = Assets.locate(settings)
    path = assets.ontology / "context" / "v1.jsonld"
    context, source = Context.read(path), json.loads(path.read_text("utf-8"))
    release = current_release(settings, assets)
    store = release.open()
    contents, vocabulary = Contents.read(store), Vocabulary.load(store, assets.shapes)
    subjects = {triple[0].value.partition("#")[0] for triple in store.triples()}
    iris = sorted(iri for iri in subjects if iri.startswith((ID, CODE)))
    chosen = iris[:: max(1, len(iris) // count)][:count]
    documents = [thing_document(store, contents, NamedNode(iri)) for iri in chosen]
    triples = sum(len(document.triples) for document in documents) / len(documents)
    print(
        f"release {release.id[:12]}, {len(chosen)} of {len(iris)} resources, {triples:.0f} triples each on average"
    )

    def load(url: str, _: object = None) -> dict[str, Any]:
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": source}

    def stock(document: Document) -> None:
        quads = serialize([Triple(*t) for t in document.triples], format=RdfFormat.N_TRIPLES) or b""
        expanded = processor.from_rdf(quads.decode(), {"format": "application/n-quads"})
        frame = {"@context": ADDRESS, "@id": document.topic.value, "@embed": "@once"}
        processor.frame(expanded, frame, {"documentLoader": load})

    def raw(document: Document) -> None:
        found = store.raw.query(constructed(document))
        found.serialize(format=RdfFormat.JSON_LD)  # type: ignore[union-attr]  # it is a CONSTRUCT

    measure("look up the triples", lambda d: thing_document(store, contents, d.topic), documents)
    whole = measure(
        "look up, and our JSON-LD",
        lambda d: jsonld.write(thing_document(store, contents, d.topic), context, ADDRESS),
        documents,
    )
    engine = measure("the engine's CONSTRUCT, JSON-LD", raw, documents)
    ours = measure("JSON-LD, our writer", lambda d: jsonld.write(d, context, ADDRESS), documents)
    theirs = measure("JSON-LD, PyLD frame and compact", stock, documents)
    measure("Turtle", lambda d: rdf.write(d, "text/turtle"), documents)
    measure("RDF/XML", lambda d: rdf.write(d, "application/rdf+xml"), documents)
    measure("view model of the page", lambda d: thing_view(d, store, vocabulary, "el"), documents)
    print(f"our writer is {theirs / ours:.0f} times faster than PyLD")
    print(f"a document as JSON-LD takes {whole / engine:.1f} times the CPU of the engine's CONSTRUCT (at most 4)")


def constructed(document: Document) -> str:
    """Return the CONSTRUCT query that answers with the triples of a document."""
    own = set(document.own)
    described = " ".join(str(node) for node in document.own if isinstance(node, NamedNode))
    near = " ".join(dict.fromkeys(str(subject) for subject, _, _ in document.triples if subject not in own))
    return (
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ VALUES ?s {{ {described} }} ?s ?p ?o }} UNION "
        f"{{ VALUES ?s {{ {near} }} {{ ?s a ?o BIND({TYPE} AS ?p) }} UNION "
        f"{{ ?s {PREF_LABEL} ?o BIND({PREF_LABEL} AS ?p) }} }} }}"
    )


def measure(name: str, work: Callable[[Document], object], documents: list[Document]) -> float:
    """Print and return CPU seconds per document."""
    times = []
    work(documents[0])  # what is read once for all is no part of a document
    for document in documents:
        started = time.process_time()
        work(document)
        times.append(time.process_time() - started)
    mean = sum(times) / len(times)
    print(f"{name:34} {mean * 1000:8.2f} ms   slowest {max(times) * 1000:8.2f} ms")
    return mean


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
