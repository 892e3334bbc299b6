"""The corpus: every attack, by the family of its threat."""

from typing import Final

from hostile.case import Case
from hostile.corpus import (
    chains,
    connections,
    encoding,
    nesting,
    outbound,
    protocol,
    requests,
    serialising,
    values,
    work,
)

CORPUS: Final[list[Case]] = [
    case
    for part in (nesting, chains, work, values, encoding, outbound, protocol, serialising, connections, requests)
    for case in part.CASES
]
