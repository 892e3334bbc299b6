"""RDF from an address: only from hosts that are allowed, whole, within a size and a time, and never led astray."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from koinon.build.registry.options import Options
from koinon.model.errors import ConfigurationError, SourceError
from registering import OPTIONS, Desk, members

TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}


@dataclass
class Host:
    """A web server on this machine that answers each path as it is told, byte by byte if need be."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    answers: dict[str, Callable[[socket.socket], None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, path: str, body: str | bytes = b"", status: str = "200 OK", **headers: str) -> str:
        content = body.encode() if isinstance(body, str) else body
        head = {"Content-Length": str(len(content)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        lines = "".join(f"{key}: {value}\r\n" for key, value in head.items())

        def answer(line: socket.socket) -> None:
            line.sendall(f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + content)

        self.answers[path] = answer
        return self.name + path


@contextmanager
def hosting() -> Iterator[Host]:
    host = Host()
    with socket.create_server(("127.0.0.1", 0)) as server:
        host.port = server.getsockname()[1]
        server.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                with line:
                    line.settimeout(5)
                    try:
                        path = line.recv(65536).split(b" ")[1].decode()
                        host.asked.append(path)
                        host.answers[path](line)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield host
        finally:
            over.set()
            thread.join()


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as running:
        yield running


def add(desk: Desk, address: str, allowed: str, **settings: object) -> object:
    return desk.registry(allowed_hosts=allowed, **settings).add("members", [address], OPTIONS)


def refusal(desk: Desk, address: str, allowed: str, **settings: object) -> SourceError:
    with pytest.raises(SourceError) as refused:
        add(desk, address, allowed, **settings)
    assert desk.tree() == {}
    return refused.value


def test_rdf_is_fetched_from_an_allowed_host_and_its_address_is_kept(desk: Desk, host: Host) -> None:
    address = host.say("/lists/members.ttl?year=2026", members("Ada"), **TURTLE)
    add(desk, address, host.name)
    file = desk.registry().get("members").latest.files[0]
    assert (file.name, file.address) == ("members.ttl", address)
    assert file.sha256 == hashlib.sha256(members("Ada").encode()).hexdigest()
    assert desk.registry().manifest("members", desk.registry().get("members").latest).document.address == address


def test_an_update_asks_the_address_again(desk: Desk, host: Host) -> None:
    host.say("/m.ttl", members("Ada"), **TURTLE)
    add(desk, host.name + "/m.ttl", host.name)
    registry = desk.registry(allowed_hosts=host.name)
    assert not registry.update("members", [], Options()).changed
    host.say("/m.ttl", members("Ada", "Eve"), **TURTLE)
    assert registry.update("members", [], Options()).changed


@pytest.mark.parametrize(
    ("media", "path", "name"),
    [
        ("text/turtle", "/export", "export.ttl"),
        ("application/rdf+xml", "/a/b.xml", "b.xml.rdf"),
        ("application/ld+json", "/", "members.jsonld"),
        ("application/octet-stream", "/x.nt", "x.nt"),
        ("text/turtle", "/%2e%2e%2fetc%2fpasswd", "etc-passwd.ttl"),
    ],
)
def test_the_file_is_named_by_address_and_media_type(
    desk: Desk, host: Host, media: str, path: str, name: str
) -> None:
    add(desk, host.say(path, members("Ada"), Content_Type=media), host.name)
    assert desk.registry().get("members").latest.files[0].name == name


@pytest.mark.parametrize("media", ["text/html", "application/pdf", ""])
def test_what_is_no_rdf_is_refused(desk: Desk, host: Host, media: str) -> None:
    address = host.say("/page.ttl" if media == "text/html" else "/page", "<html>", Content_Type=media)
    assert refusal(desk, address, host.name).rule == "media-type"


def test_a_host_that_is_not_allowed_is_not_asked(desk: Desk, host: Host) -> None:
    address = host.say("/m.ttl", members("Ada"), **TURTLE)
    for allowed in ("", "example.org", "127.0.0.1", "http://127.0.0.1", f"https://127.0.0.1:{host.port}"):
        refused = refusal(desk, address, allowed)
        assert refused.rule == "host-not-allowed"
        assert "KOINON_ALLOWED_HOSTS" in refused.detail
    assert host.asked == []


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("ftp://example.org/m.ttl", "host-not-allowed"),
        ("file:///etc/passwd", "host-not-allowed"),
        ("http://example.org/m.ttl", "host-not-allowed"),
        ("https://example.org:8443/m.ttl", "host-not-allowed"),
        ("https://example.org.evil.example/m.ttl", "host-not-allowed"),
        ("https://example.org@evil.example/m.ttl", "fetch"),
        ("https://user:secret@example.org/m.ttl", "fetch"),
        ("https://example.org/m .ttl", "fetch"),
        ("https://example.org/m\r\nHost: evil", "fetch"),
        ("https://example.org:99999/", "fetch"),
        ("https://[::1/", "fetch"),
    ],
)
def test_an_address_that_only_looks_allowed_is_refused(desk: Desk, address: str, rule: str) -> None:
    refused = refusal(desk, address, "example.org")
    assert refused.rule == rule
    assert "secret" not in str(refused)


def test_a_list_of_hosts_that_is_none_is_an_error_of_the_operator(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="KOINON_ALLOWED_HOSTS"):
        add(desk, "https://example.org/", "https://example.org/path/too")


def test_it_follows_the_same_host_only(desk: Desk, host: Host) -> None:
    host.say("/m.ttl", members("Ada"), **TURTLE)
    address = host.say("/old", status="302 Found", Location="/m.ttl")
    add(desk, address, host.name)
    assert desk.registry().get("members").latest.files[0].name == "m.ttl"


def test_it_is_not_led_to_another_host_even_an_allowed_one(desk: Desk, host: Host) -> None:
    with hosting() as other:
        other.say("/m.ttl", members("Ada"), **TURTLE)
        for target in (f"http://localhost:{other.port}/m.ttl", "//evil.example/m.ttl", "file:///etc/passwd"):
            address = host.say("/old", status="301 Moved Permanently", Location=target)
            refused = refusal(desk, address, f"{host.name}, http://localhost:{other.port}")
            assert refused.rule == "redirect"
        assert other.asked == []
    assert refusal(desk, host.say("/lost", status="302 Found"), host.name).rule == "redirect"
    assert refusal(desk, host.say("/loop", status="302 Found", Location="/loop"), host.name).rule == "redirect"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"])
def test_an_answer_that_is_not_the_file_is_refused(desk: Desk, host: Host, status: str) -> None:
    refused = refusal(desk, host.say("/m.ttl", "sorry", status, **TURTLE), host.name)
    assert (refused.rule, status.partition(" ")[0] in refused.detail) == ("fetch", True)


def test_an_answer_that_ends_early_or_is_packed_or_empty_or_no_http_is_refused(desk: Desk, host: Host) -> None:
    cut = host.say("/cut.ttl", members("Ada"), **TURTLE, Content_Length="9999")
    assert "before it is whole" in refusal(desk, cut, host.name).detail
    packed = host.say("/packed.ttl", b"\x1f\x8b", **TURTLE, Content_Encoding="gzip")
    assert "packed" in refusal(desk, packed, host.name).detail
    assert refusal(desk, host.say("/empty.ttl", "", **TURTLE), host.name).rule == "empty"
    host.answers["/odd.ttl"] = lambda line: line.sendall(b"SSH-2.0-OpenSSH\r\n")
    assert refusal(desk, host.name + "/odd.ttl", host.name).rule == "fetch"
    host.answers["/shut.ttl"] = lambda line: None
    assert refusal(desk, host.name + "/shut.ttl", host.name).rule == "fetch"


def test_a_size_above_the_limit_is_refused_while_it_comes(desk: Desk, host: Host) -> None:
    def endless(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nConnection: close\r\n\r\n")
        for _ in range(1000):
            line.sendall(b"#" * 100_000)

    host.answers["/m.ttl"] = endless
    refused = refusal(desk, host.name + "/m.ttl", host.name, max_source=1_000_000)
    assert refused.rule == "size"


@pytest.mark.clock
@pytest.mark.parametrize("part", ["head", "body", "nothing"])
def test_a_host_that_takes_its_time_is_left_at_the_deadline(desk: Desk, host: Host, part: str) -> None:
    def slow(line: socket.socket) -> None:
        if part == "body":
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 900\r\n\r\n")
        for _ in range(60):
            line.sendall(b"" if part == "nothing" else b"X")
            time.sleep(0.05)

    host.answers["/m.ttl"] = slow
    begun = time.monotonic()
    refused = refusal(desk, host.name + "/m.ttl", host.name, fetch_timeout=0.6)
    assert "KOINON_FETCH_TIMEOUT" in refused.detail
    assert time.monotonic() - begun < 2.5
