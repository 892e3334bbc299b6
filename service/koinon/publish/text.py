"""A text that knows its language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its BCP 47 language tag; the tag is empty where the text has no language (codes, acronyms)."""

    text: str
    lang: str = ""

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    def capital(self) -> "Text":
        """Return the text with a capital first letter, as headings have it; whatever has no capital stays."""
        return Text(self.text[:1].upper() + self.text[1:], self.lang)
