"""The interface texts in nine languages: .po files, compiled in memory when the service starts."""

import gettext
import io
from functools import cache
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from koinon.model.languages import INTERFACE_LANGUAGES


@cache
def translations(language: str) -> gettext.GNUTranslations:
    """Return the compiled texts of one interface language."""
    source = files("koinon.web") / "locale" / language / "LC_MESSAGES" / "koinon.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def load_all() -> None:
    """Compile every language now, so that no reader waits for it."""
    for language in INTERFACE_LANGUAGES:
        translations(language)
