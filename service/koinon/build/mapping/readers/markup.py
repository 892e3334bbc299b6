"""Reading XML as a stream: no DOCTYPE and so no entities, nothing fetched, bounded depth and tokens.

expat of the standard library: over the sheets of a real workbook it takes as long as lxml's ``iterparse`` (0.28 s
for 167,299 cells), for shared strings half as long, and it builds no tree that would have to be taken down again.
"""

from collections.abc import Callable, Iterator
from typing import Final
from xml.parsers import expat

from koinon.build.mapping.readers.packed import Readable
from koinon.build.mapping.readers.refusing import Refusal

_BLOCK: Final = 2**16
_TOKEN: Final = 2**20
"""Bytes of one tag or comment; expat reads an unfinished one anew with each block."""
_ENCODINGS: Final = {"utf-8", "utf8", "us-ascii", "ascii"}

_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
"""What UTF-16 begins with: nothing that looks at bytes would see anything in it."""

Attributes = dict[str, str]


class Markup:
    """A parser that calls ``start(name, attributes)``, ``end(name)`` and, while ``listening``, ``data(text)``.

    Names come without their prefix.
    """

    def __init__(
        self,
        refuse: Refusal,
        nesting: int,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None],
        data: Callable[[str], None],
        part: str = "",
    ) -> None:
        """Prepare; ``nesting`` is how deep elements may stand, ``part`` the XML file inside of a packed one."""
        self._refusal = refuse
        self._part = part
        self._nesting = nesting
        self._start = start
        self._end = end
        self._data = data
        self._depth = 0
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = _BLOCK
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._enter
        parser.EndElementHandler = self._leave

    @property
    def line(self) -> int:
        """The line that is being read, from 1."""
        return self._parser.CurrentLineNumber

    def _refuse(self, rule: str, detail: str, line: int) -> Exception:
        if self._part:
            return self._refusal(rule, f"line {line}: {detail}", table=self._part)
        return self._refusal(rule, detail, row=line)

    def listen(self, wanted: bool) -> None:
        """Begin or stop to hand on text."""
        self._parser.CharacterDataHandler = self._data if wanted else None

    def read(self, stream: Readable) -> Iterator[None]:
        """Parse ``stream``, stopping after each block so that what has come up can be taken.

        Raises SourceError with the rule ``syntax``, ``encoding``, ``doctype``, ``nesting`` or ``token``.
        """
        fed = 0
        while True:
            block = stream.read(_BLOCK)
            if not fed and (block.startswith(_MARKS) or 0 in block[:4]):
                raise self._refuse("encoding", "the XML is not UTF-8; save it as UTF-8", 1)
            try:
                self._parser.Parse(block, not block)
            except expat.ExpatError as error:
                name = expat.ErrorString(error.code)
                if name == "not well-formed (invalid token)":
                    name += ", or text that is not UTF-8"
                detail = f"the XML is broken at column {error.offset + 1}: {name}; fetch or save the file again"
                raise self._refuse("syntax", detail, error.lineno) from error
            fed += len(block)
            if fed - self._parser.CurrentByteIndex > _TOKEN:
                raise self._refuse("token", f"a tag or comment has more than {_TOKEN} bytes", self.line)
            yield
            if not block:
                return

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            raise self._refuse("encoding", f"the XML declares the encoding {encoding}; save it as UTF-8", 1)

    def _doctype(self, *_arguments: object) -> None:
        detail = "XML with a DOCTYPE is refused, since entities could fetch or grow; save it without one"
        raise self._refuse("doctype", detail, self.line)

    def _enter(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > self._nesting:
            raise self._refuse("nesting", f"elements stand more than {self._nesting} deep", self.line)
        self._start(name[name.rfind(":") + 1 :] if ":" in name else name, attributes)

    def _leave(self, name: str) -> None:
        self._depth -= 1
        self._end(name[name.rfind(":") + 1 :] if ":" in name else name)
