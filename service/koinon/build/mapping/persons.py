"""Recognising that a value names a natural person: a title before a name, ``c/o``, an address of e-mail.

The rule is narrow on purpose: houses that are named after people (hospitals, schools, foundations) are no persons.
It is part of the published policy that contact details of persons never enter the graph.
"""

import re

_TITLE = (
    r"(?:Dr|DR(?=\.)|Prof|PROF|Doc|Mag|Ing|Dipl|Mgr|Bc|JUDr|MUDr|PhDr|RNDr|Mr|Mrs|Ms|Miss|Sir|Dame|Lord|Lady|Rev"
    r"|Herr|Frau|Mme|Mlle|Monsieur|Madame|Sig|Dott|Dr\.ssa|Dott\.ssa|Avv|Arch|Geom|Sra|Srta|Don|Doña|Pan|Pani"
    r"|mgr|inż|dr|prof|hab|κ|κα|Δρ|Καθ)"
)
_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]+"
_TITLED = re.compile(rf"(?<![\w.]){_TITLE}\.?(?:[ \t]*{_TITLE}\.?)*[ \t]+{_NAME}[ \t]+{_NAME}")
_CARE_OF = re.compile(
    r"(?<!\w)(?:(?:[cC]/[oO]\b|℅)[.:]?\s*(?=\S)|[cC]/[oO](?=[^\W\d_a-zß-öø-ÿ])"
    r"|(?:[cC]are of|f\.a\.o\.|FAO:?)\s+(?=[^\W\d_a-zß-öø-ÿ])|[Aa]ttn\.?:?\s|z\.\s?Hd\.\s)"
)
"""``c/o`` may lack its blank (*C/oAvon*); in running text, "care of" and FAO stand before small letters too."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_OFFICE = re.compile(
    r"(?:^|[,(\-–]\s*)(?:mayor|rector|chancellor|director|president|chair(?:man|woman|person)?|secretary|manager|head"
    r"|coordinator|ceo)\b",
    re.IGNORECASE,
)
_TWO_NAMES = re.compile(rf"^[\s\d.)]*{_NAME}[ \t]+{_NAME}(?:[ \t]+{_NAME})?\s*[,(\-–]")
_HOUSE = re.compile(
    r"hospital|krankenhaus|klinik|clinic|szpital|nemocnic|spital|h[oô]pital|ospedale|school|schule|szkoł|škol|école"
    r"|scuola|college|gymnasi|universit|uniwersyt|institut|istituto|foundation|stiftung|fondation|fundacj|fondazione"
    r"|fundaci|department|division|unit\b|section|office|faculty|fakult|wydział|library|museum|centre|center|zentrum"
    r"|gmbh|ltd|limited|s\.r\.l|association|verein|company",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    rf"(?:Mr|Mrs|Ms|Miss|Herr|Herrn|Frau|Mme|Monsieur|Madame)\.?[ \t]+{_NAME}(?:[ \t]+{_NAME})*\Z"
)
_PIECES = re.compile(r"([\n,;]\s*)")


def names_person(text: str) -> bool:
    """Tell whether the text names a natural person."""
    if _CARE_OF.search(text) or _EMAIL.search(text):
        return True
    if _HOUSE.search(text):
        return False
    if _TITLED.search(text):
        return True
    return any(_TWO_NAMES.match(line) and _OFFICE.search(line) for line in text.split("\n"))


def without_persons(text: str) -> str:
    """Return an address without the lines and comma-separated parts that name a person; empty where all do.

    Streets are named after people, so here only ``c/o``, e-mail and forms of address count, not titles.
    """
    pieces = _PIECES.split(text)
    if not any(map(_is_person, pieces[::2])):
        return text
    kept: list[str] = []
    for position in range(0, len(pieces), 2):
        if pieces[position].strip() and not _is_person(pieces[position]):
            if kept:
                kept.append(pieces[position - 1])
            kept.append(pieces[position])
    return "".join(kept).strip()


def _is_person(piece: str) -> bool:
    return bool(_CARE_OF.search(piece) or _EMAIL.search(piece) or _ADDRESSED.match(piece.strip()))
