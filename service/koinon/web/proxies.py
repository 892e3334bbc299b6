"""The true address of a client behind reverse proxies, which nobody else can set."""

import ipaddress
from typing import Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from koinon.model.errors import ConfigurationError

_MAPPED: Final = "::ffff:"


class TrustedProxies:
    """ASGI middleware that believes X-Forwarded-For and -Proto of the proxies that are trusted, and of nobody else.

    Of several addresses the last that no trusted proxy has counts: those before it are what the client said.
    """

    _forwarded: ASGIApp

    def __init__(self, app: ASGIApp, trusted: list[str]) -> None:
        """Wrap ``app``; ``trusted`` are addresses and networks as ``trusted_proxies`` returns them."""
        self._app = app
        self._forwarded = cast(
            ASGIApp, ProxyHeadersMiddleware(cast(ASGI3Application, self._with_an_address), trusted)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its client's address."""
        if scope["type"] == "http" and scope["client"]:
            host, port = scope["client"]
            # A socket of IPv6 shows clients of IPv4 so.
            scope["client"] = (host.removeprefix(_MAPPED), port) if "." in host else (host, port)
            scope["state"]["peer"] = scope["client"]
        await self._forwarded(scope, receive, send)

    async def _with_an_address(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Leave what is no address to the proxy that said it."""
        if scope["type"] == "http" and scope["client"]:
            host, port = scope["client"]
            try:
                address = ipaddress.ip_address(host.partition("%")[0])
            except ValueError:
                scope["client"] = scope["state"]["peer"]
            else:
                mapped = address.ipv4_mapped if address.version == 6 else None
                scope["client"] = (str(mapped or address), port)
        await self._app(scope, receive, send)


def trusted_proxies(setting: str) -> list[str]:
    """Return the addresses and networks of the setting; raises ConfigurationError for anything else."""
    found = []
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        try:
            network = ipaddress.ip_network(entry)
        except ValueError as error:
            raise ConfigurationError(
                f"Wrong setting: KOINON_TRUSTED_PROXIES: {entry!r} is no address and no network: {error}. "
                "Name each proxy as 192.0.2.1 or 2001:db8::/64, separated by commas."
            ) from error
        if network.prefixlen == 0:
            raise ConfigurationError(
                f"Wrong setting: KOINON_TRUSTED_PROXIES: {entry} would believe everybody. Name the proxies."
            )
        found.append(str(network) if "/" in entry else entry)
    return found
