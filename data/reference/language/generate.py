"""Make languages.ttl: the languages of the sources and of the interface, with their names from CLDR.

In:  the table ``LANGUAGES`` below (authority code, ISO 639-1 code) and Babel (CLDR names).
Out: languages.ttl, byte for byte the same on every run with the same version of Babel.

    python data/reference/language/generate.py            writes the file
    python data/reference/language/generate.py --check    writes nothing; exit code 1 when the file differs
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel import Locale

TARGET = Path(__file__).resolve().parent / "languages.ttl"
INTERFACE_LANGUAGES = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb")

# Code in the EU authority table of languages (ISO 639-3 in capitals) and in ISO 639-1; UND is an unknown language.
LANGUAGES = {
    "CAT": "ca",
    "DEU": "de",
    "ELL": "el",
    "ENG": "en",
    "FRA": "fr",
    "HRV": "hr",
    "ITA": "it",
    "LAV": "lv",
    "NOB": "nb",
    "POL": "pl",
    "SPA": "es",
    "UND": "und",
}

HEAD = """\
# Made by generate.py from Babel (CLDR). Change the script, not this file.
# The subjects are entries of the EU authority table of languages; their names here are from CLDR.
@base <https://w3id.org/koinon/id/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix document-type: <https://w3id.org/koinon/code/document-type/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix lang: <http://publications.europa.eu/resource/authority/language/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<document/reference-language>
    a foaf:Document ;
    dct:title "Languages of the sources and of the interface"@en ;
    skos:prefLabel "Reference list of languages"@en ;
    dct:type document-type:web-page ;
    dct:language lang:ENG .
"""


def generated() -> str:
    """The text that languages.ttl must hold."""
    blocks = [HEAD]
    for authority, iso in LANGUAGES.items():
        names = [f'"{Locale.parse(language).languages[iso]}"@{language}' for language in INTERFACE_LANGUAGES]
        facts = [
            "a dct:LinguisticSystem",
            "skos:prefLabel " + " ,\n        ".join(names),
            "skos:notation " + " , ".join(f'"{code}"' for code in dict.fromkeys([iso, authority.lower()])),
        ]
        blocks.append(f"lang:{authority}\n    " + " ;\n    ".join(facts) + " .\n")
    return "\n".join(blocks)


def main(arguments: list[str]) -> int:
    """Write the file, or with --check compare it; the exit code is 1 when it differs."""
    wanted = generated()
    if "--check" not in arguments:
        TARGET.write_text(wanted, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"{TARGET.name} differs from what generate.py makes: run it again\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
