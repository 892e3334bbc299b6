"""OAI-PMH 2.0: the arguments and errors of its six verbs, tokens that lead on, and answers as XML.

Lists are in the order of (time, identifier), and their first page fixes the last time they reach. So a token holds
where the list goes on: the next pages are those of the release that it names, without the records that later
releases changed, which are told by the next harvest ``from`` then on. A token of another log is refused.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from koinon.publish.credits import Credit
from koinon.publish.oai import CLASSES, PRACTICES, PROJECTS, SOURCE, TIME, Entry, Index, Record, graph_of, record
from koinon.release.changelog import ChangeLog

PAGE: Final = 100
"""Records of one page."""
PREFIX: Final = "oai_dc"
NO_EMAIL: Final = "not-given@koinon.invalid"
"""The address of a node that gives none; the protocol wants one."""
_SPACE: Final = "http://www.openarchives.org/OAI/2.0/"
_SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DC_SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_ELEMENTS: Final = "http://purl.org/dc/elements/1.1/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_LISTS: Final = (("metadataPrefix",), ("from", "until", "set", "metadataPrefix"))
_VERBS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "Identify": ((), ()),
    "ListMetadataFormats": ((), ("identifier",)),
    "ListSets": ((), ("resumptionToken",)),
    "ListIdentifiers": _LISTS,
    "ListRecords": _LISTS,
    "GetRecord": (("identifier", "metadataPrefix"), ("identifier", "metadataPrefix")),
}
"""What each verb needs, and what it takes."""
_SETS: Final = {PROJECTS: "Projects", PRACTICES: "Good practices"}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SET: Final = re.compile(r"[A-Za-z0-9_.!~*'()-]+(:[A-Za-z0-9_.!~*'()-]+)*")
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped."""


class OaiError(Exception):
    """An error of the protocol (its §3.6): the code, and what to do."""

    def __init__(self, code: str, text: str) -> None:
        """Say ``text`` under ``code``."""
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on: after which record, within which bounds, and which log it was begun on."""

    verb: str
    sequence: int
    release: str
    first: str
    last: str
    name: str
    stamp: str
    thing: str
    cursor: int
    size: int

    def written(self) -> str:
        """Return the token as it is sent."""
        values = [getattr(self, name) for name in self.__slots__]
        return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode()

    @classmethod
    def read(cls, text: str, verb: str, index: Index) -> "Token":
        """Return the token of a list of ``verb``; raises OaiError for any text that is none of this log."""
        refused = OaiError("badResumptionToken", "This token is of no list that can be gone on with. Begin again.")
        try:
            values = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
        except (ValueError, RecursionError):
            raise refused from None
        kinds = (str, int, str, str, str, str, str, str, int, int)
        if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
            raise refused
        token = cls(*values)
        known = {step.sequence: step.release for step in index.steps}
        if token.verb != verb or known.get(token.sequence) != token.release or not 0 < token.cursor < token.size:
            raise refused
        return token


@dataclass(frozen=True, slots=True)
class Provider:
    """Answers requests from one state of the change log.

    ``address`` is where the service answers, ``contact`` where to write to, ``name`` the node's, ``credit`` tells
    how a graph is credited.
    """

    changes: ChangeLog
    index: Index
    address: str
    contact: str
    name: str
    credit: Callable[[str], Credit | None]

    def answer(self, fields: Sequence[tuple[str, str]]) -> bytes:
        """Return the answer to the arguments of a request, in their order; what is wrong is an answer too."""
        root = Element("OAI-PMH")
        root.set("xmlns", _SPACE)
        root.set("xmlns:xsi", _XSI)
        root.set("xsi:schemaLocation", f"{_SPACE} {_SCHEMA}")
        _add(root, "responseDate", datetime.now(UTC).strftime(TIME))
        request = _add(root, "request", self.address)
        try:
            verb, given = _checked(fields)
            told = Element(verb)
            self._tell(told, verb, given)
        except OaiError as error:
            if error.code not in {"badVerb", "badArgument"}:
                _attributes(request, fields)
            _add(root, "error", str(error), code=error.code)
        else:
            _attributes(request, fields)
            root.append(told)
        written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
        return written

    def _tell(self, told: Element, verb: str, given: Mapping[str, str]) -> None:
        if verb == "Identify":
            self._identify(told)
        elif verb == "ListMetadataFormats":
            if "identifier" in given:
                self._entry(given["identifier"])
            form = _add(told, "metadataFormat")
            for name, text in (("metadataPrefix", PREFIX), ("schema", _DC_SCHEMA), ("metadataNamespace", _DC)):
                _add(form, name, text)
        elif verb == "ListSets":
            self._sets(told, given)
        elif verb == "GetRecord":
            _check_prefix(given)
            _write(told, record(self.changes, self._entry(given["identifier"]), self.credit))
        else:
            self._list(told, verb, given)

    def _identify(self, told: Element) -> None:
        email = self.contact.removeprefix("mailto:") if self.contact.startswith("mailto:") else ""
        for name, text in (
            ("repositoryName", self.name),
            ("baseURL", self.address),
            ("protocolVersion", "2.0"),
            ("adminEmail", email or NO_EMAIL),
            ("earliestDatestamp", self.index.earliest),
            ("deletedRecord", "persistent"),
            ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        ):
            _add(told, name, text)

    def _sets(self, told: Element, given: Mapping[str, str]) -> None:
        if "resumptionToken" in given:
            raise OaiError("badResumptionToken", "The list of sets is whole: it has no tokens.")
        for name in self.index.sets:
            credit = None if name in CLASSES else self.credit(graph_of(name))
            one = _add(told, "set")
            _add(one, "setSpec", name)
            _add(one, "setName", credit.title.text if credit else _SETS.get(name, name.removeprefix(SOURCE)))

    def _list(self, told: Element, verb: str, given: Mapping[str, str]) -> None:
        token = Token.read(given["resumptionToken"], verb, self.index) if "resumptionToken" in given else None
        if token is None:
            _check_prefix(given)
            first, last = _bounds(given)
            name = given.get("set", "")
            entries = self.index.listed(first, last, name)
            size, cursor = len(entries), 0
            newest = self.index.entries[-1].stamp if self.index.entries else ""
            last = min(last, newest) if last else newest
        else:
            first, last, name, size, cursor = token.first, token.last, token.name, token.size, token.cursor
            after = (token.stamp, token.thing)
            entries = [entry for entry in self.index.listed(first, last, name) if entry.key > after]
        if not entries and token is None:
            raise OaiError("noRecordsMatch", "No record is of this set and changed in this time.")
        page = entries[:PAGE]
        credit = self.credit if verb == "ListRecords" else None
        for entry in page:
            made = record(self.changes, entry, credit)
            _write(told, made) if credit else _header(told, made)
        if not page and token:
            raise OaiError("badResumptionToken", "All that was left of this list has changed since. Begin again.")
        if len(entries) > len(page):
            step, end = self.index.steps[-1], page[-1]
            following = Token(
                verb, step.sequence, step.release, first, last, name, end.stamp, end.thing, cursor + PAGE, size
            )
            text = following.written()
        else:
            text = ""
        if token or text:
            _add(told, "resumptionToken", text, completeListSize=str(size), cursor=str(cursor))

    def _entry(self, identifier: str) -> Entry:
        found = self.index.by_thing.get(identifier)
        if found is None:
            raise OaiError("idDoesNotExist", "No record has this identifier: the IRI of a project or practice.")
        return found


def _checked(fields: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """Return verb and arguments; raises OaiError badVerb or badArgument."""
    verbs = [value for name, value in fields if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise OaiError("badVerb", f"A request has one verb of {', '.join(_VERBS)}.")
    needed, taken = _VERBS[verbs[0]]
    given: dict[str, str] = {}
    for name, value in fields:
        if name == "verb":
            continue
        if name in given:
            raise OaiError("badArgument", f"The argument {name} is there more than once.")
        given[name] = value
    if _VERBS[verbs[0]] is _LISTS and "resumptionToken" in given:
        if len(given) > 1:
            raise OaiError("badArgument", "A resumptionToken stands alone.")
        return verbs[0], given
    for name in given:
        if name not in taken:
            raise OaiError("badArgument", f"{verbs[0]} has no argument {name}.")
    for name in needed:
        if name not in given:
            raise OaiError("badArgument", f"{verbs[0]} needs the argument {name}.")
    if "set" in given and not _SET.fullmatch(given["set"]):
        raise OaiError("badArgument", "This is no name of a set. ListSets has them.")
    _bounds(given)
    return verbs[0], given


def _bounds(given: Mapping[str, str]) -> tuple[str, str]:
    """Return the first and the last second that are asked for, empty where open; raises OaiError badArgument."""
    first, last = given.get("from"), given.get("until")
    for name, text in (("from", first), ("until", last)):
        if text is not None and not _is_time(text):
            raise OaiError("badArgument", f"{name} is a day (2026-11-22) or a second (2026-11-22T08:00:00Z).")
    if first is not None and last is not None:
        if len(first) != len(last):
            raise OaiError("badArgument", "from and until are both days or both seconds.")
        if first > last:
            raise OaiError("badArgument", "from is later than until.")
    start = first + "T00:00:00Z" if first and _DAY.fullmatch(first) else first
    end = last + "T23:59:59Z" if last and _DAY.fullmatch(last) else last
    return start or "", end or ""


def _is_time(text: str) -> bool:
    if not _DAY.fullmatch(text) and not _SECOND.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_prefix(given: Mapping[str, str]) -> None:
    if given["metadataPrefix"] != PREFIX:
        raise OaiError("cannotDisseminateFormat", f"Records are there as {PREFIX} alone.")


def _attributes(request: Element, fields: Sequence[tuple[str, str]]) -> None:
    for name, value in fields:
        request.set(name, _clean(value))


def _header(parent: Element, made: Record) -> None:
    header = _add(parent, "header", **({"status": "deleted"} if made.deleted else {}))
    _add(header, "identifier", made.entry.thing)
    _add(header, "datestamp", made.entry.stamp)
    for name in made.entry.sets:
        _add(header, "setSpec", name)


def _write(parent: Element, made: Record) -> None:
    one = _add(parent, "record")
    _header(one, made)
    if made.deleted:
        return
    dc = _add(_add(one, "metadata"), "oai_dc:dc")
    dc.set("xmlns:oai_dc", _DC)
    dc.set("xmlns:dc", _ELEMENTS)
    dc.set("xsi:schemaLocation", f"{_DC} {_DC_SCHEMA}")
    for name, text, language in made.elements:
        element = _add(dc, f"dc:{name}", text)
        if language:
            element.set("xml:lang", language)


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element; what XML cannot hold is left out of its text."""
    element = SubElement(parent, name, attributes)
    if text:
        element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
