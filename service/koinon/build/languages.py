"""The languages a source can be in, as BCP 47 tag and as concept of the EU authority table of languages."""

from typing import Final

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/language/"

LANGUAGES: Final = {
    "bg": "BUL", "ca": "CAT", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA",
    "et": "EST", "eu": "EUS", "fi": "FIN", "fr": "FRA", "ga": "GLE", "gl": "GLG", "hr": "HRV", "hu": "HUN",
    "is": "ISL", "it": "ITA", "lt": "LIT", "lv": "LAV", "mt": "MLT", "mul": "MUL", "nb": "NOB", "nl": "NLD",
    "nn": "NNO", "no": "NOR", "pl": "POL", "pt": "POR", "ro": "RON", "sk": "SLK", "sl": "SLV", "sq": "SQI",
    "sr": "SRP", "sv": "SWE", "uk": "UKR", "und": "UND",
}  # fmt: skip
"""Tag to the local name of the authority concept; ``mul`` is several languages, ``und`` an unknown one."""


def authority(tag: str) -> str:
    """Return the IRI of the authority concept of a tag in LANGUAGES."""
    return AUTHORITY + LANGUAGES[tag]
