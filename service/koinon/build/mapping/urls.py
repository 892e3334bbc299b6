"""Web addresses as publishers write them, and as the graph keeps them (RFC 3986, section 6.2; RFC 3987)."""

import re
import unicodedata
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pyoxigraph import NamedNode

from koinon.build.iris import iri_problem
from koinon.build.mapping.unfit import Unfit

_EMAIL = re.compile(r"(?:mailto:)?[^@/\s:]+@[^@/\s]+\.[^@/\s]+\Z", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d{1,5}(?:[/?#]|\Z))")
_SEVERAL = re.compile(
    r"[;,|]\s*(?:https?:|www\.)|\s+(?:(?:and|or|und|et|&)\s+)?(?:https?:|www\.|(?:[\w-]+\.)+[^\W\d_]{2,}(?:[/\s]|\Z))",
    re.IGNORECASE,
)
_TWICE = re.compile(r"(?i)\Ahttps?://[^?#]*?(?<![/=])https?://")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)\Z")
_UNSAFE = re.compile(
    r"[\x00-\x20<>#\[\]\"{}|\\^`\x7f-\xa0\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PORTS: Final = {"http": 80, "https": 443}


def web_address(text: str) -> str:
    """Return the address in its normal form; raises Unfit (``email``, ``two-urls``, ``url-scheme``, ``url``)."""
    if _EMAIL.match(text):
        raise Unfit("email", "this is an address of e-mail; contact details are not taken")
    if _SEVERAL.search(text) or _TWICE.search(text):
        raise Unfit("two-urls", "these are several addresses, and which one is the site's is not said")
    scheme = _SCHEME.match(text)
    if scheme is None:
        text = "http://" + text.removeprefix("//")
    elif scheme[1].lower() not in _PORTS:
        raise Unfit("url-scheme", f"{scheme[1]}: is no scheme of a web site; wanted is http: or https:")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Unfit("url", f"this is no web address: {error}") from error
    if parts.username is not None or parts.password is not None:
        raise Unfit("url", "there is a user's name before the host")
    iri = _joined(parts, port)
    problem = iri_problem(iri)
    if problem:
        raise Unfit("url", problem)
    try:
        NamedNode(iri)
    except ValueError as error:
        raise Unfit("url", str(error)) from error
    return iri


def _joined(parts: SplitResult, port: int | None) -> str:
    scheme = parts.scheme.lower()
    shown = "" if port is None or port == _PORTS[scheme] else f":{port}"
    path = _safe(parts.path) or "/"
    query = f"?{_safe(parts.query)}" if parts.query else ""
    fragment = f"#{_safe(parts.fragment)}" if parts.fragment else ""
    return f"{scheme}://{_host(parts.hostname or '')}{shown}{path}{query}{fragment}"


def _host(host: str) -> str:
    labels = unicodedata.normalize("NFC", host.rstrip(".").lower()).split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_LABEL.match(label) and "_" not in label for label in labels):
        raise Unfit("url", f"{host!r} is no name of a host, such as www.example.org")
    if labels[-1].isdigit() and not (
        len(labels) == 4 and all(x.isascii() and x.isdigit() and int(x) < 256 for x in labels)
    ):
        raise Unfit("url", f"{host!r} is no name of a host")
    return ".".join(x if x.isascii() else "xn--" + x.encode("punycode").decode("ascii") for x in labels)


def _safe(text: str) -> str:
    text = _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), text)
    text = _PERCENT.sub("%25", text)
    return unicodedata.normalize("NFC", _ESCAPE.sub(lambda m: m[0].upper(), text))
