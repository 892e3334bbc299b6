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
