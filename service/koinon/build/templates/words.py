"""The words of the drop-downs as the mapping ``members-list`` knows them: each in nine languages."""

import json
from typing import Final

from koinon.build.templates.choices import Choices
from koinon.build.templates.texts import LANGUAGES

MAPPING: Final = "mappings/members-list.toml"
"""The mapping, in the folder of the data."""
_MADE: Final = (
    "# -------- Words of the drop-downs: written by `python -m koinon.build.templates`, from here to the end\n"
)
_READ_OTHERWISE: Final = frozenset({"kind", "currency"})
"""Drop-downs that the mapping reads by a pattern."""


def with_words(mapping: str, choices: Choices) -> str:
    """Return the text of the mapping with the words that drop-downs offer now; ValueError where one means two."""
    head = mapping.partition(_MADE)[0].rstrip("\n")
    lines = [head, "", _MADE.rstrip("\n")]
    for name, meanings in choices.meanings(LANGUAGES).items():
        if name in _READ_OTHERWISE:
            continue
        lines += ["", f"[codes.{name}]"]
        lines += (f"{_quoted(word)} = {_quoted(meaning)}" for word, meaning in meanings.items())
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
