"""HTML pages: Jinja templates, one environment per interface language, everything escaped."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from gettext import NullTranslations
from importlib.resources import files
from types import CodeType
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from koinon import __version__
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.publish.maps.projection import HEIGHT, NORTH, WEST, WIDTH
from koinon.publish.quality.views import sparkline
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.web import formats
from koinon.web.reader import Reader
from koinon.web.results import spelled
from koinon.web.translations import translations

STATIC: Final = {
    "koinon.css": "text/css; charset=utf-8",
    "collections.css": "text/css; charset=utf-8",
    "regions.css": "text/css; charset=utf-8",
    "reconcile.css": "text/css; charset=utf-8",
    "koinon.svg": "image/svg+xml",
    "europe.svg": "image/svg+xml",
    "sparql.css": "text/css; charset=utf-8",
    "ontology.css": "text/css; charset=utf-8",
    "try.css": "text/css; charset=utf-8",
    "embed.js": "text/javascript; charset=utf-8",
    "links.css": "text/css; charset=utf-8",
    "review.js": "text/javascript; charset=utf-8",
}
"""The static files of the repository, and their media types."""

_BUILT: Final = "built"
"""Folder with what the front-end project makes of its sources; pages work without it."""
_BUILT_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_ODD: Final = re.compile(rf"[\u202a-\u202e\u2066-\u2069]|{_CONTROL.pattern}")
"""Characters that only imported data have: sources that hold them are refused."""
_RIGHT_TO_LEFT: Final = {"ar", "he", "fa", "ur", "yi"}


class Pages:
    """Renders templates. Built once; safe to use from any thread."""

    def __init__(self) -> None:
        """Compile the environments of all interface languages."""
        self.static = STATIC | _built()
        """The static files there are, and their media types."""
        self.versions = {name: static_version(name) for name in self.static}
        self.routes: set[str] = set()
        """The addresses of one part that the service has: navigation leads to no other."""
        self._compiled = _Compiled()
        self._environments = {language: self._environment(language) for language in INTERFACE_LANGUAGES}

    def warm(self) -> None:
        """Make every template ready in every language, so that the first reader doesn't wait for it (0.1 s)."""
        for environment in self._environments.values():
            for name in environment.list_templates():
                environment.get_template(name)

    def render(self, template: str, reader: Reader, **values: Any) -> bytes:
        """Return the page as UTF-8. ``values`` are what the template names; missing ones are an error."""
        environment = self._environments[reader.language]
        page = environment.get_template(template)
        return page.render(reader=reader, url=reader.url, href=reader.href, term=reader.term, **values).encode()

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader("koinon.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
            bytecode_cache=self._compiled,
        )
        words = translations(language)
        environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
        environment.globals["_"] = environment.globals["gettext"] = _translated(words)
        locale = formats.locale_of(language)
        environment.filters.update(
            text=lambda text: text_markup(text, language),
            value=lambda value: formats.value_text(value.text.text, value.datatype, locale),
            date=lambda text: formats.date_text(text, locale),
            number=lambda number: formats.number_text(number, locale),
            percent=lambda share: formats.percent_text(share, locale),
            sparkline=sparkline,
            language_name=lambda tag: formats.language_name(tag, locale),
            short=short_name,
            spelled=spelled,
            breakable=breakable,
            cap=Text.capital,
        )
        environment.globals.update(
            languages=[(tag, formats.own_name(tag)) for tag in INTERFACE_LANGUAGES],
            language=language,
            direction=direction(language),
            lang_attribute=lambda tag: lang_attribute(tag, language),
            static_version=self.versions,
            software_version=__version__,
            routes=self.routes,
            europe={"left": WEST, "top": NORTH, "width": WIDTH, "height": HEIGHT},
        )
        return environment


def _translated(words: NullTranslations) -> Callable[..., Markup]:
    """Return what templates call for a text: those without variables, most of a page, are made ready once."""
    ready: dict[str, Markup] = {}

    def gettext(text: str, /, **variables: object) -> Markup:
        if variables:
            return Markup(words.gettext(text)) % variables  # noqa: S704  # ours, and what is put in is escaped
        found = ready.get(text)
        if found is None:
            found = ready[text] = Markup(words.gettext(text)) % {}  # noqa: S704
        return found

    return gettext


class _Compiled(BytecodeCache):
    """Compiled templates. Their words are looked up when they are used: all languages share one compilation."""

    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key] = bucket.code


def text_markup(text: Text | None, page_language: str) -> Markup:
    """Return a text, marked with its language where that is not the page's."""
    if text is None:
        return Markup("")
    written = escape(text.text) if _ODD.search(text.text) is None else _tamed(text.text)
    if not text.lang or text.lang == page_language:
        return written
    return Markup(f"<span{lang_attribute(text.lang, page_language)}>{written}</span>")  # noqa: S704  # both escaped


def _tamed(text: str) -> Markup:
    """Return a text whose marks of direction end with it; control characters, which HTML bans, are replaced."""
    return Markup("<bdi>{}</bdi>").format(_CONTROL.sub("\ufffd", text))


def breakable(iri: str) -> Markup:
    """Return an IRI that a narrow column may break after its slashes."""
    return Markup("/<wbr>").join(iri.split("/"))


@lru_cache(maxsize=1024)
def lang_attribute(tag: str, page_language: str) -> Markup:
    """Return ``lang`` and ``dir`` attributes for a text in another language than the page's, else nothing."""
    if not tag or tag == page_language:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(tag, direction(tag))


def direction(tag: str) -> str:
    """Return the writing direction of a language tag."""
    return "rtl" if tag.split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def static_file(name: str) -> bytes:
    """Return the bytes of a static file; ``name`` is one of ``Pages.static``."""
    folder = files("koinon.web") / "static"
    return (folder / name if name in STATIC else folder / _BUILT / name).read_bytes()


def _built() -> dict[str, str]:
    folder = files("koinon.web") / "static" / _BUILT
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return {name: kind for name in sorted(names) if (kind := _BUILT_TYPES.get(name[name.rfind(".") :]))}


def static_version(name: str) -> str:
    """Return a hash of a static file, which makes its address change when it does."""
    return hashlib.sha256(static_file(name)).hexdigest()[:12]
