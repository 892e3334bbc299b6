"""Names that look like others: a word with letters of two alphabets is published as it is written, and told."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from koinon.build.collecting import Findings
from koinon.build.findings import Finding, Severity
from koinon.build.mapping.text import mixes_scripts

_NAMING: Final = re.compile(rb"<\S*(?:Label|#label|/title|/name)> ")
_DETAIL: Final = "a word has letters of two alphabets, which look alike; it is kept as it is written"


def tell_odd_names(lines: Iterable[bytes], slug: str, findings: Findings) -> Iterator[bytes]:
    """Pass lines of N-Triples on; a name with a word of two alphabets becomes a note of the source ``slug``."""
    for line in lines:
        if not line.isascii() and _NAMING.search(line) and mixes_scripts(line.decode()):
            thing, predicate, _ = line.decode().split(" ", 2)
            note = Finding(slug, "mixed-scripts", f"{thing} {predicate}", _DETAIL, Severity.NOTE)
            findings.add([note])
        yield line
