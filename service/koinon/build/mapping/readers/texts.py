"""Lines of text files: decoded strictly, with the line and column of what cannot be read."""

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from koinon.build.mapping.readers.interface import Limits
from koinon.build.mapping.readers.packed import Readable
from koinon.build.mapping.readers.refusing import Refusal

_BLOCK: Final = 2**20
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF_32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_WORD: Final = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_TYPICAL: Final = {
    "cp1253": ("Greek", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ"),
    "cp1251": ("Cyrillic", "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЮЯіїєћђљњ"),
    "cp1250": ("Central European", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉŘŠŤÚŮÝŽőűŐŰäöüßÄÖÜâăîşţĂÎŞŢđĐ"),
    "cp1252": ("Western European", "àâäáãåæçèéêëìíîïñòóôöõøœùúûüßÀÂÄÁÅÆÇÈÉÊËÍÎÑÓÔÖÕØÙÚÜ’“”–…€"),
    "cp1257": ("Baltic", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽąęėįųĄĘĖĮŲõäöüÕÄÖÜ"),
}
_RARE: Final = 0.75
"""Part of the characters beyond ASCII that must be usual ones if an encoding is to be named."""


def encoding_of(start: bytes, declared: str, refuse: Refusal) -> tuple[str, int]:
    """Return the encoding of a file by its first bytes or as declared, and how many bytes mark it."""
    if start.startswith(_UTF_32):
        raise refuse("encoding", "the file is UTF-32; save it as UTF-8 and send it again", row=1)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding, len(mark)
    return ("utf-16-le" if declared == "utf-16" else declared), 0


def likely_encoding(sample: bytes) -> str | None:
    """Return the encoding that bytes which are not UTF-8 most likely have, in words, or None.

    Where two read it as the same text, both are named: a few accents alone do not tell them apart.
    """
    if sample.count(0) > len(sample) // 5:
        return "UTF-16 without its byte order mark"
    words = _WORD.findall(sample[:_BLOCK])[:5000]
    best, read, named = _RARE, list[str](), list[str]()
    for encoding, (area, usual) in _TYPICAL.items():
        letters = set(usual)
        beyond = good = 0
        texts = [word.decode(encoding, "replace") for word in words]
        for text in texts:
            own = [letter for letter in text if not letter.isascii()]
            beyond += len(own)
            # capitals that follow small letters are no word of any language
            odd = any(one.islower() and two.isupper() for one, two in pairwise(text))
            foreign = area in {"Greek", "Cyrillic"} and len(own) < len(text)
            good += 0 if odd or foreign else sum(letter in letters for letter in own)
        share = good / beyond if beyond else 0.0
        if share > best:
            best, read, named = share, texts, []
        if share > _RARE and texts == read:
            named.append(f"Windows-{encoding[2:]} ({area})")
    return " or ".join(named) or None


def lines(stream: Readable, declared: str, limits: Limits, refuse: Refusal) -> Iterator[str]:
    """Yield the lines of a text file, each with its end.

    Raises SourceError with the rule ``encoding``, ``nul`` or ``line-size``.
    """
    block = stream.read(_BLOCK)
    encoding, mark = encoding_of(block[:4], declared, refuse)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    block = block[mark:]
    rest = ""
    count = 0
    while True:
        try:
            text = rest + decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise _not_decodable(error, encoding, count, rest, refuse) from error
        if "\0" in text:
            line = count + text.count("\n", 0, text.index("\0")) + 1
            guess = (
                " (perhaps it is UTF-16 without its byte order mark)" if text.count("\0") > len(text) // 5 else ""
            )
            rule = "encoding" if guess else "nul"
            raise refuse(rule, f"the file holds NUL characters{guess}; save it as UTF-8 text", row=line)
        pieces = text.split("\n")
        rest = pieces.pop()
        for piece in pieces:
            count += 1
            if len(piece) > limits.record:
                raise _long_line(count, limits, refuse)
            yield piece + "\n"
        if len(rest) > limits.record:
            raise _long_line(count + 1, limits, refuse)
        if not block:
            break
        block = stream.read(_BLOCK)
    if rest:
        yield rest


def _long_line(line: int, limits: Limits, refuse: Refusal) -> Exception:
    return refuse("line-size", f"the line has more than {limits.record} characters; is it a table?", row=line)


def _not_decodable(error: UnicodeDecodeError, encoding: str, count: int, rest: str, refuse: Refusal) -> Exception:
    before = rest + error.object[: error.start].decode(encoding, "replace")
    line = count + before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    at = f"character {column} of the line"
    if encoding == "utf-8":
        guess = likely_encoding(error.object)
        likely = f"; it is most likely {guess}" if guess else ""
        detail = f"{at} is not UTF-8{likely}. Save the file as UTF-8, or let the mapping declare its encoding"
    else:
        detail = f"{at} is not {encoding}, which the mapping or the file declares; save the file as UTF-8"
    return refuse("encoding", detail, row=line)
