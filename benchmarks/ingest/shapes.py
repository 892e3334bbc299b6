"""What SHACL costs a build, beside pySHACL on the same shapes, data and context; it prints one line.

Command: ``nice .venv/bin/python benchmarks/ingest/shapes.py [STATEMENTS]`` (default 5000).
"""

import sys
import time
from pathlib import Path

import pyshacl
import rdflib
from generate import LAST, statements

from koinon.build.context import Context
from koinon.build.graphs import as_text
from koinon.build.normalise import Normaliser
from koinon.build.shacl import Validator
from koinon.build.vocabulary import read_vocabulary
from koinon.model.assets import Assets
from koinon.model.settings import Settings

SEED = 20261122


def main() -> None:
    size = int(sys.argv[1]) if sys.argv[1:] else 5_000
    vocabulary = read_vocabulary(Assets.locate(Settings()), Normaliser())
    lines: list[bytes] = []
    for line in statements("register", SEED):
        lines.append(line.encode())
        if len(lines) >= size and line.endswith(LAST):
            break
    context = as_text([*vocabulary.ontology, *vocabulary.codes])
    beside = Context(context, ()).beside(lines, Path(), ())  # all that takes part stands in the lines
    data = b"".join(lines) + beside
    validator = Validator(vocabulary.shapes)
    started = time.process_time()
    found = len(validator.run(data))
    fast = time.process_time() - started
    graph = rdflib.Graph().parse(data=data, format="nt")
    shapes = rdflib.Graph().parse(data=vocabulary.shapes, format="nt")
    started = time.process_time()
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, advanced=True)
    slow = time.process_time() - started
    assert isinstance(report, rdflib.Graph)
    reference = len(set(report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)))
    sys.stdout.write(
        f"{len(lines)} statements: {fast:.3f} s of CPU with {found} results; "
        f"pySHACL {slow:.1f} s with {reference}; {slow / fast:.0f} times\n"
    )


if __name__ == "__main__":
    main()
