"""What a request tells of its reader: under which address they came, and in which language they read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from koinon.model.addresses import name_of
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CANONICAL, CODE, DEF, GRAPH, ID, SHAPES, THINGS
from koinon.model.settings import Settings
from koinon.publish.vocabulary import term_name
from koinon.release.links import LINK
from koinon.web.negotiation import choose_language, combined
from koinon.web.parameters import encoded

_HOST: Final = re.compile(r"[A-Za-z0-9.\-_]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_WEB: Final = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20]+")
_LONGEST_QUERY: Final = 4000
PREFIX: Final = "koinon.release_prefix"
"""Key of the scope that holds the part of the address that names an earlier release."""
TRAVELS: Final = frozenset(
    {"id", "doc", "code", "graph", "def", "shapes", "context", "quality", "queries", "reconcile", "static"}
    | {"actors", "projects", "programmes", "clusters", "regions", "topics"}
    | {"links", "search", "suggest"}
)
"""First parts of the paths that also stand below the address of an earlier release."""
_LOCAL: Final = (
    *((ID, "/doc/"), (CODE, "/code/"), (GRAPH, "/graph/"), (DEF, "/def/"), (SHAPES, "/shapes#")),
    (LINK, "/links/"),
)
_ONTOLOGY: Final = CANONICAL + "def"


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader behind one request.

    ``base`` is the service's address without a slash at its end, ``prefix`` the part of it that is a path;
    ``asked`` is the language of the link (``?lang=``) that carries over to other links, or empty; ``release`` is
    the earlier release that the address names, or empty.
    """

    base: str
    prefix: str
    path: str
    query: str
    language: str
    asked: str
    release: str = ""

    @classmethod
    def of(cls, request: Request, settings: Settings) -> "Reader":
        """Read address and language from the request and the settings."""
        within = str(request.scope.get(PREFIX, ""))
        if settings.public_url:
            base = settings.public_url.rstrip("/") + within
        else:
            host = request.headers.get("host", "")
            authority = host if is_host(host) else f"{settings.host}:{settings.port}"
            base = f"{request.url.scheme}://{authority}{str(request.scope.get('root_path', '')).rstrip('/')}"
        asked = request.query_params.get("lang", "")
        language = choose_language(asked, combined(request.headers, "accept-language"), INTERFACE_LANGUAGES)
        path = str(request.scope["path"])
        root = str(request.scope.get("root_path", "")).rstrip("/")
        return cls(
            base=base,
            prefix=urlsplit(base).path,
            path=path.removeprefix(root) if root else path,
            query=request.url.query,
            language=language,
            asked=language if asked else "",
            release=within.rpartition("/")[2],
        )

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """Return a link to a path of this service that keeps the language the reader asked for."""
        path, hash_sign, fragment = path.partition("#")
        query = {**(parameters or {}), **({"lang": self.asked} if self.asked else {})}
        prefix = self.prefix
        if self.release and path[1:].split("/")[0].split(".")[0] not in {*TRAVELS, "sparql"}:
            prefix = prefix.removesuffix(f"/releases/{self.release}")
        return prefix + path + (f"?{encoded(query)}" if query else "") + hash_sign + fragment

    def absolute(self, path: str) -> str:
        """Return the absolute address of a path of this service."""
        return self.base + path

    @property
    def root(self) -> str:
        """The address of the service itself, without that of the earlier release that is read."""
        return self.base.removesuffix(f"/releases/{self.release}") if self.release else self.base

    @property
    def newest(self) -> str:
        """The address of this page in the current release."""
        outer = self.prefix.removesuffix(f"/releases/{self.release}") if self.release else self.prefix
        return outer + self.path + (f"?lang={self.asked}" if self.asked else "")

    def cited(self, parameters: Mapping[str, str]) -> str:
        """Return the path of this page with its parameters: those that others sent it with are no part of it."""
        kept = encoded({name: value for name, value in parameters.items() if name != "lang"})
        return self.path + (f"?{kept}" if kept and len(kept) <= _LONGEST_QUERY else "")

    def href(self, iri: str) -> str | None:
        """Return the link for an IRI: a page of ours, an http(s) address, or None where it is neither."""
        path = local_path(iri)
        if path is not None:
            return self.url(path)
        return iri if _WEB.fullmatch(iri) else None

    def term(self, iri: str) -> str | None:
        """Return the link to the page of a class or property, also one of others; else as ``href``."""
        name = term_name(iri)
        return self.url(f"/def/{name}") if name else self.href(iri)

    def in_language(self, language: str, parameters: Mapping[str, str]) -> str:
        """Return the absolute address of this page in another language; a very long query is not repeated."""
        query = encoded({name: value for name, value in parameters.items() if name != "lang"})
        kept = f"{query}&" if query and len(query) <= _LONGEST_QUERY else ""
        return f"{self.base}{self.path}?{kept}lang={language}"


def is_host(host: str) -> bool:
    """Tell whether a Host header is one that may stand in an address."""
    if len(host) > 255 or _HOST.fullmatch(host) is None:
        return False
    if host.startswith("["):
        try:
            IPv6Address(host[1 : host.index("]")])
        except ValueError:
            return False
    return True


def local_path(iri: str) -> str | None:
    """Return the path at which this service describes one of our IRIs, or None."""
    for namespace, path in _LOCAL:
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return path + iri[len(namespace) :]
    if iri.startswith(THINGS):
        return f"/doc/{name_of(iri)}"
    if iri.startswith(_ONTOLOGY):
        return iri.removeprefix(CANONICAL.rstrip("/"))
    return None
