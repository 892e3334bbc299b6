"""``koinon mcp``: a client of the protocol finds the tools, and they answer what the node answers."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from koinon.cli.mcp import server_of
from koinon.client import Koinon
from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import ID
from serving import Service

mcp = pytest.importorskip("mcp")

TOOLS = {"search", "describe", "find", "questions", "ask", "bridge", "sparql"}


def test_without_its_packages_the_command_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with Koinon("http://127.0.0.1:9") as node, pytest.raises(ConfigurationError, match=r"FOLDER\[mcp\]"):
        server_of(node)


def ask(server: Service, what: Callable[[Any], Awaitable[Any]]) -> Any:
    """Ask the tools of a node through the protocol."""

    async def asked() -> Any:
        with Koinon(server.url) as node:
            async with mcp.Client(server_of(node)) as client:
                return await what(client)

    return asyncio.run(asked())


def call(server: Service, name: str, **arguments: object) -> Any:
    answer = ask(server, lambda client: client.call_tool(name, arguments))
    assert not answer.is_error, answer.content
    found = answer.structured_content
    return found["result"] if set(found) == {"result"} else found


def test_every_tool_is_listed_and_only_reads(server: Service) -> None:
    listed = ask(server, lambda client: client.list_tools()).tools
    assert {tool.name for tool in listed} == TOOLS
    assert all(tool.annotations.read_only_hint and tool.description for tool in listed)


def test_a_thing_is_found_and_described(server: Service) -> None:
    first = call(server, "search", text="respondet", type="Project")[0]
    assert first["id"] == ID + "project/respondet"
    described = call(server, "describe", thing=first["id"])
    assert described["startDate"] == "2022-05-01"


def test_things_are_listed_with_what_narrows_them(server: Service) -> None:
    found = call(server, "find", collection="projects", filters={"country": "italy"}, most=2)
    assert found["total"] == 3
    assert len(found["things"]) == 2
    assert found["facets"]["country"]["italy"] == 3


def test_questions_and_queries_are_answered(server: Service) -> None:
    names = {question["name"] for question in call(server, "questions")}
    assert "project-participants" in names
    rows = call(server, "ask", question="project-participants", parameters={"project": "project/respondet"})
    assert rows["total"] == len(rows["rows"]) > 3
    assert call(server, "sparql", query="SELECT (1 + 1 AS ?two) {}")["rows"] == [{"two": 2}]


def test_what_goes_wrong_is_told_to_the_model(server: Service) -> None:
    for name, arguments, said in (
        ("sparql", {"query": "INSERT DATA { <a:b> <a:b> 1 }"}, ""),
        ("describe", {"thing": "project/nobody"}, "Nothing is known"),
        ("find", {"collection": "projects", "filters": {"colour": "red"}}, "no parameter"),
        ("find", {"collection": "networks"}, "clusters"),
    ):
        answer = ask(server, lambda client, n=name, a=arguments: client.call_tool(n, a))
        assert answer.is_error
        assert said in answer.content[0].text


def test_the_command_speaks_the_protocol_over_its_pipes(server: Service) -> None:
    from mcp.client.stdio import StdioServerParameters

    async def listed() -> set[str]:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "koinon.cli", "mcp", "--url", server.url], env=None
        )
        async with mcp.Client(command) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    assert asyncio.run(listed()) == TOOLS
    assert json.dumps(sorted(TOOLS))
