"""Canonical labels for blank nodes (RDFC-1.0), with a deadline where they could take for ever.

The algorithm is exponential for blank nodes that are alike and linked to each other: nine that all point at each
other take a minute, twelve take days. Such input runs in a process of its own, which is ended at the deadline.
"""

import subprocess
import sys
from collections.abc import Iterable

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

from koinon.build.graphs import as_text


def canonical(triples: set[Triple], seconds: float) -> set[Triple]:
    """Return ``triples`` with canonical blank node labels; raises TimeoutError after ``seconds``."""
    if not any(isinstance(t.subject, BlankNode) and isinstance(t.object, BlankNode) for t in triples):
        return label(triples)
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(command, input=as_text(triples), capture_output=True, timeout=seconds, check=True)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"no canonical labels after {seconds:g} seconds") from error
    return {quad.triple for quad in parse(done.stdout, RdfFormat.N_TRIPLES)}


def label(triples: Iterable[Triple]) -> set[Triple]:
    """Return ``triples`` with canonical blank node labels, however long it takes: for files that are ours."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {quad.triple for quad in dataset}


if __name__ == "__main__":
    sys.stdout.buffer.write(
        as_text(label(quad.triple for quad in parse(sys.stdin.buffer.read(), RdfFormat.N_TRIPLES)))
    )
