"""The client's address is the true one behind the proxies that are trusted, and nobody else can set it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import Receive, Scope, Send

from connections import Client, running
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.web.proxies import TrustedProxies, trusted_proxies
from koinon.web.server import make_server


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the scheme and the client's address."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = f"{scope['scheme']} {scope['client'][0]}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def service(trusted: str) -> Iterator[int]:
    with running(who, Settings(trusted_proxies=trusted, home="unused")) as (port, _):
        yield port


def seen(port: int, *headers: str) -> str:
    with Client(port) as client:
        client.send(("\r\n".join(["GET / HTTP/1.1", "Host: a", *headers]) + "\r\n\r\n").encode("latin-1"))
        return client.answer().body.decode()


@pytest.fixture(scope="module")
def behind() -> Iterator[int]:
    """The port of a service that trusts this machine and a network of proxies."""
    with service("127.0.0.1, 10.0.0.0/8,2001:db8::/32") as port:
        yield port


@pytest.mark.parametrize("trusted", ["", "192.0.2.1", "10.0.0.0/8", "::1"])
def test_nobody_is_believed_who_is_not_trusted(trusted: str) -> None:
    with service(trusted) as port:
        assert seen(port, "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https") == "http 127.0.0.1"
        assert seen(port, "Forwarded: for=1.2.3.4;proto=https", "X-Real-IP: 1.2.3.4") == "http 127.0.0.1"


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        (["X-Forwarded-For: 1.2.3.4"], "1.2.3.4"),
        (["x-forwarded-for:1.2.3.4"], "1.2.3.4"),
        (["X-Forwarded-For: 1.2.3.4:5678"], "1.2.3.4"),
        (["X-Forwarded-For: 2a00::1"], "2a00::1"),
        (["X-Forwarded-For: 2A00:0:0::0001"], "2a00::1"),
        (["X-Forwarded-For: [2a00::1]"], "2a00::1"),
        (["X-Forwarded-For: [2a00::1]:5678"], "2a00::1"),
        (["X-Forwarded-For: ::ffff:1.2.3.4"], "1.2.3.4"),
        # What the client itself said stands on the left, or in a line of its own before that of the proxy.
        (["X-Forwarded-For: 6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        (["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 1.2.3.4"], "1.2.3.4"),
        (["X-Forwarded-For: 10.0.0.1, 1.2.3.4"], "1.2.3.4"),
        (["X-Forwarded-For: 127.0.0.1, 1.2.3.4"], "1.2.3.4"),
        (["X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4"),
        (["X-Forwarded-For: 6.6.6.6, 1.2.3.4, 2001:db8::7, 10.9.9.9"], "1.2.3.4"),
        (["X-Forwarded-For: 6.6.6.6, 1.2.3.4, [2001:db8::7]:80, 10.9.9.9:80"], "1.2.3.4"),
        # What is no address counts for the proxy that passed it on.
        (["X-Forwarded-For: unknown"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, unknown"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, 1.2.3.4:x"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, [2a00::1"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, 010.0.0.1"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, 1.2.3"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, "], "127.0.0.1"),
        (["X-Forwarded-For: ,"], "127.0.0.1"),
        (["X-Forwarded-For:"], "127.0.0.1"),
        (["X-Forwarded-For: " + "a" * 5000], "127.0.0.1"),
        (["X-Forwarded-For: <script>alert(1)</script>"], "127.0.0.1"),
        (["X-Forwarded-For: 6.6.6.6, \xff"], "127.0.0.1"),
        (["Forwarded: for=1.2.3.4", "X-Real-IP: 1.2.3.4", "X-Client-IP: 1.2.3.4"], "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_is_believed_and_its_client_is_not(behind: int, headers: list[str], client: str) -> None:
    assert seen(behind, *headers) == f"http {client}"


@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        (["X-Forwarded-Proto: https"], "https"),
        (["X-Forwarded-Proto: http", "X-Forwarded-Proto: https"], "https"),
        (["X-Forwarded-Proto: javascript"], "http"),
        (["X-Forwarded-Proto: https, http"], "http"),
        (["X-Forwarded-Proto: HTTPS://evil/"], "http"),
        (["X-Forwarded-Scheme: https"], "http"),
    ],
)
def test_the_scheme_is_one_of_two(behind: int, headers: list[str], scheme: str) -> None:
    assert seen(behind, *headers) == f"{scheme} 127.0.0.1"


@pytest.mark.parametrize("peer", ["::ffff:127.0.0.1", "127.0.0.1", "2001:db8::9"])
def test_a_proxy_is_known_on_a_socket_of_either_family(peer: str) -> None:
    assert asked_from(peer) == "1.2.3.4"


@pytest.mark.parametrize("peer", ["::ffff:192.0.2.1", "192.0.2.1", "2001:db9::9"])
def test_an_address_like_that_of_a_proxy_is_not_trusted(peer: str) -> None:
    assert asked_from(peer) == peer.removeprefix("::ffff:")


def asked_from(peer: str) -> str:
    """The client's address as the application sees it, of a request that names 1.2.3.4 and comes from ``peer``."""
    found: list[str] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope["client"][0])

    app = TrustedProxies(note, ["127.0.0.1", "2001:db8::/32"])
    headers = [(b"x-forwarded-for", b"1.2.3.4")]
    call = app({"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http", "state": {}}, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        call.send(None)
    return found[0]


@pytest.mark.parametrize(
    "setting", ["*", "proxy", "1.2.3.4/99", "10.0.0.1/8", "0.0.0.0/0", "::/0", "1.2.3.4;5.6.7.8"]
)
def test_a_setting_that_is_no_list_of_addresses_stops_the_start(setting: str) -> None:
    with pytest.raises(ConfigurationError, match="KOINON_TRUSTED_PROXIES"):
        make_server(who, Settings(trusted_proxies=setting), None)


def test_addresses_and_networks_are_read() -> None:
    assert trusted_proxies(" 127.0.0.1,10.0.0.0/8 ,, ::1,") == ["127.0.0.1", "10.0.0.0/8", "::1"]
    assert trusted_proxies("") == []


def test_without_proxies_nothing_stands_between_the_connection_and_the_application() -> None:
    assert make_server(who, Settings(), None).config.app is who
