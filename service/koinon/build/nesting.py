"""What nests so deeply in an RDF file that a parser would take all memory or end the process."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final, Protocol

from pyoxigraph import RdfFormat

DEEPEST: Final = 100
"""Levels to which triple terms and JSON are taken."""
LARGEST: Final = 2**20
"""Bytes to which an entity of XML may grow."""
_BLOCK: Final = 2**20
_LONGEST: Final = 2**25
_JSON: Final = re.compile(rb'"(?:[^"\\]|\\.|\\\Z)*+"?|[\[{]|[\]}]', re.DOTALL)
_TERMS: Final = re.compile(
    rb'"""(?:[^"\\]|\\.|\\\Z|"(?!""))*+(?:"""|\Z)|"(?:[^"\\\n]|\\.|\\\Z)*+"?'
    rb"|'{3}(?:[^'\\]|\\.|\\\Z|'(?!''))*+(?:'{3}|\Z)|'(?:[^'\\\n]|\\.|\\\Z)*+'?"
    rb"|<[^<>\s]*+(?:>|\Z)|\#[^\n]*+|<<|>(?:>|\Z)",
    re.DOTALL,
)
_ENTITY: Final = re.compile(rb"""<!ENTITY\s+([^\s%"']+)\s+(?:"([^"]*)"|'([^']*)')""")
_REFERENCE: Final = re.compile(rb"&([^;&\s]+);")


class Readable(Protocol):
    """A file that can be read forward."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        ...


def nesting_problem(file: Readable, syntax: RdfFormat) -> str | None:
    """Return what nests too deeply in ``file``, in words, or None; reads as much of it as that takes."""
    if syntax == RdfFormat.RDF_XML:
        return _entity_problem(file.read(_BLOCK))
    if syntax == RdfFormat.JSON_LD:
        deep, what = _is_deep(file, _JSON, (b"[", b"{"), (b"]", b"}")), "JSON is"
    else:
        deep, what = _is_deep(file, _TERMS, (b"<<",), (b">>",)), "triple terms are"
    return f"{what} nested more than {DEEPEST} deep" if deep else None


def _is_deep(
    file: Readable, pattern: re.Pattern[bytes], opening: tuple[bytes, ...], closing: tuple[bytes, ...]
) -> bool:
    """Tell whether brackets outside of strings nest too deeply; few brackets are not looked at."""
    seen: list[bytes] = []
    found = 0
    while found <= DEEPEST:
        block = file.read(_BLOCK)
        if not block:
            return False
        found += sum(map(block.count, opening))
        seen = [*seen, block] if found else []
    depth = 0
    for token in _tokens(chain(seen, iter(lambda: file.read(_BLOCK), b"")), pattern):
        depth += (token in opening) - (token in closing)
        if depth > DEEPEST:
            return True
    return False


def _tokens(blocks: Iterator[bytes], pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield what ``pattern`` finds; a token that reaches the end of a block is read together with the next one."""
    text = b""
    for block in blocks:
        text += block
        begun = len(text)
        for match in pattern.finditer(text):
            if match.end() == len(text):
                begun = match.start()
                break
            yield match[0]
        text = text[begun:]
        if len(text) > _LONGEST:
            return  # longer than any token that the parser takes: it will say so
    yield from (match[0] for match in pattern.finditer(text))


def _entity_problem(head: bytes) -> str | None:
    """Tell of an entity that grows beyond measure: one that repeats one that repeats one …"""
    sizes: dict[bytes, int] = {}
    for name, double, single in _ENTITY.findall(head):
        value = double or single
        sizes[name] = len(value) + sum(sizes.get(inner, 0) for inner in _REFERENCE.findall(value))
        if sizes[name] > LARGEST:
            return f"the entity {name.decode(errors='replace')!r} grows to more than {LARGEST} bytes"
    return None
