"""What each rule means to people: what is wrong, why that matters and how to mend it, in English.

Texts are translated where they are shown. The rules of the shapes speak for themselves: their messages come in all
languages, and here is only why they matter.
"""

from dataclasses import dataclass
from typing import Final

from koinon.build.findings import Severity
from koinon.build.mapping.counting import RECORD


def _(message: str) -> str:
    """Mark a text for translation."""
    return message


@dataclass(frozen=True, slots=True)
class Explanation:
    """One rule in words for people; ``title`` and ``mend`` are empty for a rule of the shapes."""

    title: str
    why: str
    mend: str


_READ = _("What cannot be read to its end is not judged at all.")
_MEANING = _("Programs would read something else than you mean, or nothing.")
_ELSEWHERE = _("What a file says must not depend on other places, which can change or be gone.")
_OWNER = _("Every thing has one source that defines it; two would contradict each other unseen.")
_ADDRESS = _("Without a lasting address nobody can refer to a thing or follow how it changes.")
_LINK = _("A link to nothing leads readers nowhere and is missing from every answer.")
_LIST = _("Only shared lists and terms can be counted and compared across regions and languages.")
_RECEIPT = _("Readers are shown where each statement comes from; a wrong receipt misleads them.")
_FAIR = _("Limits keep the service answering for everybody.")
_WHO = _("Readers must learn who says this, and under which licence.")
_COLUMNS = _("Values are found by sheet and column; guessing would put them in the wrong place.")
_PERSON = _("Contact details of persons are not published.")

_SURE = _("What is not sure is left out: a wrong value would be worse than none.")

_NAME_ALL = _("Give every thing an address below https://w3id.org/koinon/id/.")
_ANNOTATE = _("Annotate a stated triple with its basis and with the range of the document that says so.")
_OTHERS = _("Leave out the type and the name of what others define; say about it what you know.")
_CORRECT_LINK = _("Correct the address, or describe the thing and give it a type.")
_REMOVE_TERM = _("Correct the term; all terms are listed with the ontology.")

RULES: Final[dict[str, Explanation]] = {
    "format": Explanation(
        _("The format was not recognised"),
        _READ,
        _("Choose the format; RDF comes as Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD."),
    ),
    "unreadable": Explanation(_("The file cannot be read"), _READ, _("Put a readable file in its place.")),
    "size": Explanation(_("The file is too large"), _FAIR, _("Split it into several files.")),
    "empty": Explanation(_("There is nothing in it"), _READ, _("Look whether the right file was chosen.")),
    "encoding": Explanation(_("The text is not UTF-8"), _READ, _("Save the file as UTF-8.")),
    "syntax": Explanation(
        _("The text breaks the rules of its format"),
        _READ,
        _("Correct it at this line and column, then check again: what follows was not read."),
    ),
    "relative-iri": Explanation(
        _("An address is not complete"), _MEANING, _("Write addresses in full, or declare a base.")
    ),
    "iri": Explanation(
        _("An address is malformed"), _MEANING, _("Correct it; blanks and brackets are percent-encoded.")
    ),
    "literal": Explanation(
        _("A value does not fit its type"),
        _MEANING,
        _("Write it as its type asks, a date as 2026-11-22; or leave the type out."),
    ),
    "literal-size": Explanation(
        _("A text is too long"), _FAIR, _("Shorten it, or link to the document that holds it.")
    ),
    "language-tag": Explanation(
        _("A language tag is malformed"), _MEANING, _("Use a tag such as pl or sr-Latn (BCP 47).")
    ),
    "doctype": Explanation(
        _("The XML declares a document type"), _ELSEWHERE, _("Take the DOCTYPE out and write entities in full.")
    ),
    "remote-context": Explanation(
        _("The JSON-LD context lies elsewhere"), _ELSEWHERE, _("Put the content of the context into the file.")
    ),
    "unmapped-term": Explanation(
        _("A key of the JSON-LD has no meaning"), _MEANING, _("Map it in the context, or remove it.")
    ),
    "foreign-graph": Explanation(
        _("It writes into the graph of another source"), _OWNER, _("Remove the name of the graph.")
    ),
    "blank-nodes": Explanation(_("Too many things have no address"), _ADDRESS, _NAME_ALL),
    "blank-only": Explanation(_("Nothing in it has an address"), _ADDRESS, _NAME_ALL),
    "triple-term": Explanation(_("A statement about a statement has an unknown form"), _RECEIPT, _ANNOTATE),
    "receipt-form": Explanation(_("A receipt is not complete"), _RECEIPT, _ANNOTATE),
    "receipt-unasserted": Explanation(_("A receipt is given for what is not stated"), _RECEIPT, _ANNOTATE),
    "receipt-range": Explanation(_("A receipt points to the wrong place"), _RECEIPT, _ANNOTATE),
    "receipt-missing": Explanation(_("A statement has no receipt"), _RECEIPT, _ANNOTATE),
    "same-as": Explanation(
        _("It equates things of different sources"),
        _OWNER,
        _("Give the other register’s number as adms:identifier; links are judged apart."),
    ),
    "vocabulary": Explanation(
        _("It defines terms or lists"), _LIST, _("Use the terms and lists that there are, or propose new ones.")
    ),
    "takeover": Explanation(_("It defines what belongs to another source"), _OWNER, _OTHERS),
    "claimed": Explanation(_("Another source has introduced this already"), _OWNER, _OTHERS),
    "unowned": Explanation(_("It types what no source has introduced"), _OWNER, _OTHERS),
    "unknown-code": Explanation(
        _("This is no entry of a list"), _LIST, _("Pick an entry of the list; correct its address.")
    ),
    "unknown-term": Explanation(_("This term is not in the ontology"), _LIST, _REMOVE_TERM),
    "foreign-term": Explanation(_("This term is not used in Koinon"), _LIST, _REMOVE_TERM),
    "dangling": Explanation(_("A link leads to nothing that is known"), _LINK, _CORRECT_LINK),
    "untyped": Explanation(_("It is not said what this is"), _LINK, _CORRECT_LINK),
    "manifest": Explanation(
        _("The description of the source has a fault"), _WHO, _("Correct source.toml as the message says.")
    ),
    "slug-twice": Explanation(
        _("Two sources have the same short name"), _WHO, _("Correct source.toml as the message says.")
    ),
    "no-such-sheet": Explanation(
        _("A sheet is not there"), _COLUMNS, _("Give the sheet the name that the mapping knows.")
    ),
    "missing-column": Explanation(
        _("A column is not there"), _COLUMNS, _("Give the columns the titles that the mapping knows.")
    ),
    "header-twice": Explanation(
        _("Two columns have the same title"), _COLUMNS, _("Keep one row of different titles.")
    ),
    "merged-cells": Explanation(_("Cells are merged"), _COLUMNS, _("Split them and fill in each.")),
    "formula": Explanation(_("A cell holds a formula"), _COLUMNS, _("Replace formulas by their values.")),
    "quotes": Explanation(
        _("Quotation marks do not match"), _COLUMNS, _("Close each quotation; write one inside a value twice.")
    ),
    "zip-bomb": Explanation(
        _("The file unpacks to far more than it should"), _FAIR, _("Save it anew from a spreadsheet program.")
    ),
    "nesting": Explanation(_("It is nested too deeply"), _FAIR, _("Make the structure flatter.")),
    "date": Explanation(
        _("A date cannot be read"),
        _SURE,
        _("Write it in the form that the message names, as a day that the calendar has."),
    ),
    "number": Explanation(
        _("A number cannot be read"), _SURE, _("Write digits alone, within the range that the message names.")
    ),
    "pattern": Explanation(_("A value is not written as expected"), _SURE, _("Write it as the message says.")),
    "url": Explanation(_("A web address cannot be used"), _SURE, _("Give one address that begins with https://.")),
    "unknown": Explanation(
        _("A code or name is in no list"), _LIST, _("Pick an entry of the list, or leave the cell empty.")
    ),
    "not-registered": Explanation(
        _("The list in which this is looked up is not here"),
        _LIST,
        _("Register the source of the list first, then check again."),
    ),
    "required-missing": Explanation(_("A record lacks what it needs"), _SURE, _("Fill in this column.")),
    "twice": Explanation(
        _("Two records have the same number"), _ADDRESS, _("Give each record a number of its own.")
    ),
    "orphan": Explanation(
        _("A record belongs to none that is here"),
        _LINK,
        _("Correct its key, or add the record that it belongs to."),
    ),
    "end-before-start": Explanation(_("The end lies before the start"), _SURE, _("Correct one of the two dates.")),
    "contradiction": Explanation(_("Records contradict each other"), _SURE, _("Keep the value that holds.")),
    "circle": Explanation(
        _("Something is a part of itself"),
        _("Who follows parts upwards would never come to an end."),
        _("Leave out the statement that leads back."),
    ),
    "unread-sheet": Explanation(
        _("A sheet was not read"), _COLUMNS, _("Give it the name that the mapping knows, if its rows are wanted.")
    ),
    "hidden-sheet": Explanation(
        _("Hidden cells were read"),
        _("What is hidden is published all the same."),
        _("Remove what is not to be published."),
    ),
    "row-above": Explanation(
        _("What stands above the titles was not read"), _COLUMNS, _("Put the rows of the table below the titles.")
    ),
    "countries-contradict": Explanation(
        _("Values do not fit together"), _SURE, _("Correct the value that is wrong.")
    ),
    "no-mapping": Explanation(
        _("The mapping reads no such file"), _COLUMNS, _("Give a file of the kind that the message names.")
    ),
    "left-out": Explanation(
        _("Statements were left out"),
        _("Only what the mapping lists is taken."),
        _("Add to the mapping what is wanted."),
    ),
    "duplicate-key": Explanation(_("A key stands twice"), _MEANING, _("Keep the value that holds.")),
    "too-many-cells": Explanation(
        _("A row has more or fewer cells than titles"), _COLUMNS, _("Bring each cell under its title.")
    ),
    "nothing-left": Explanation(
        _("Nothing of it could be taken"),
        _("An empty graph would take the place of the last good one."),
        _("Look at the other messages for the reasons."),
    ),
    "mapping": Explanation(_("The mapping has a fault"), _COLUMNS, _("Correct the mapping as the message says.")),
    "odd-text": Explanation(
        _("A text has characters that hide, or look like others"),
        _MEANING,
        _("Type the text again, each word in one alphabet."),
    ),
    "person": Explanation(_("A value names a person"), _PERSON, _("Give the name of the organisation alone.")),
}
"""Our own rules by their names; the page ``/check`` lists them."""

_SAME: Final = {
    **dict.fromkeys(("rows", "columns", "cells", "cell-size", "line-size", "record-size", "too-large"), "size"),
    **dict.fromkeys(("damaged", "encrypted", "old-xls", "file-name"), "unreadable"),
    **dict.fromkeys(("rights", "licence", "mints"), "manifest"),
    "no-such-list": "no-such-sheet",
    **dict.fromkeys(("renamed-column", "missing-key", "no-such-column"), "missing-column"),
    **dict.fromkeys(("hidden-row", "hidden-columns"), "hidden-sheet"),
    **dict.fromkeys(("nuts-contradicts", "share-over-total", "outside-europe"), "countries-contradict"),
    **dict.fromkeys(("no-class", "not-listed", "nameless", "second", "repeated"), "left-out"),
    "of-itself": "circle",
    "header-row": "header-twice",
    "column-twice": "header-twice",
    "too-few-cells": "too-many-cells",
    "cell-error": "formula",
    "too-long": "literal-size",
    "language": "language-tag",
    "person-line": "person",
    **dict.fromkeys(("mixed-scripts", "lost-character", "direction", "control-character"), "odd-text"),
    "range": "number",
    "required-wrong": "required-missing",
    **dict.fromkeys(("impossible-date", "year"), "date"),
    **dict.fromkeys(("identifier", "boolean", "shape", "complex-value", "duration"), "pattern"),
    **dict.fromkeys(("url-scheme", "email", "two-urls"), "url"),
    **dict.fromkeys(("ambiguous", "pseudo", "kept-elsewhere"), "unknown"),
    **dict.fromkeys(("not-an-object", "delimiter", "line-ends", "token", "surrogate", "nul"), "syntax"),
}
"""Rules of tables and manifests for which the words of another one do."""

MEANINGS: Final = {
    Severity.REFUSED: _("Pages, questions and exports rely on this; what breaks it is not published."),
    Severity.WARNING: _("It is published, but people and programs will find or understand it less well."),
    Severity.NOTE: _("It is published as it is; this would make it better."),
}
"""What it means for what is handed in that a rule of some severity is broken."""


def explanation(rule: str, severity: Severity) -> Explanation:
    """Return what to say of a rule; of one of the shapes, or of no list, only why it matters.

    A rule that took out a whole record of a table has the same words as one that took out a cell.
    """
    rule = rule.removeprefix(RECORD)
    return RULES.get(_SAME.get(rule, rule)) or Explanation("", MEANINGS[severity], "")
