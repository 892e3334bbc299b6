"""``koinon mcp``: a running node as tools for language models (Model Context Protocol), over its pipes.

Every tool asks the node as any other client does: its guard, its limits and its budgets hold here too. Nothing is
written. https://modelcontextprotocol.io/specification/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from koinon import __version__
from koinon.model.errors import ConfigurationError

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from koinon.client import Koinon

ROWS: Final = 200
"""Rows or things that one answer of a tool has at most: more would fill a model's memory."""
_INSTRUCTIONS: Final = (
    "A knowledge graph of Europe's social economy: actors, projects, funding programmes, clusters and regions. "
    "Find a thing with search, read it with describe, list things with find, ask a ready-made question with "
    "questions and ask, compare two regions with bridge; sparql is for what none of these answers. Every thing has "
    "an IRI, at which people find its sources: name it when you tell what you found."
)

_MORE: Final = "koinon mcp needs more packages: pip install 'FOLDER[mcp]', where FOLDER is your clone of Koinon."
"""Koinon is in no registry: its bare name with pip would be somebody else's."""


def mcp(
    url: Annotated[str, typer.Option(help="Address of the node.")] = "http://127.0.0.1:8000",
    language: Annotated[str, typer.Option(help="Language of labels, as BCP 47 tag.")] = "en",
) -> None:
    """Offer a running node to language models as tools (MCP), over standard input and output."""
    try:
        from koinon.client import Koinon
    except ImportError as error:
        raise ConfigurationError(_MORE) from error
    with Koinon(url, language=language) as node:
        server_of(node).run("stdio")


def server_of(node: Koinon) -> MCPServer:
    """Return the server with its tools; raises ConfigurationError where the package ``mcp`` is not installed."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise ConfigurationError(_MORE) from error

    from koinon.client import ClientError

    server = MCPServer(
        "koinon", title="Koinon", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False, idempotent_hint=True)

    def told(error: ClientError) -> ToolError:
        return ToolError(str(error))

    @server.tool(title="Search by name", annotations=reads)
    def search(text: str, type: str = "", region: str = "", most: int = 10) -> list[dict[str, Any]]:
        """Find things by name, in any script; type is a class (Project), region a territory (PL63)."""
        choice = {name: value for name, value in (("type", type), ("region", region)) if value}
        try:
            hits = node.search(text, size=max(1, min(most, 100)), **choice)
        except ClientError as error:
            raise told(error) from error
        return [{"id": hit.id, "label": hit.label, "type": hit.type, "matched": hit.matched} for hit in hits]

    @server.tool(title="Describe a thing", annotations=reads)
    def describe(thing: str) -> dict[str, Any]:
        """Return all that is known of a thing, named by IRI or by its end (project/resist), as JSON-LD."""
        try:
            return dict(node.thing(thing))
        except ClientError as error:
            raise told(error) from error

    @server.tool(title="List things", annotations=reads)
    def find(
        collection: Literal["actors", "projects", "programmes", "clusters", "regions", "topics"],
        filters: dict[str, str] | None = None,
        sort: str = "",
        most: int = 20,
    ) -> dict[str, Any]:
        """List actors, projects, programmes, clusters, regions or topics.

        filters are values by facet, such as {"country": "italy", "theme": "circular-economy"}; the answer tells the
        facets there are, with their values and counts. sort is name, -start, -projects …
        """
        size = max(1, min(most, ROWS))
        choice: dict[str, str | int] = {**(filters or {}), "size": size, **({"sort": sort} if sort else {})}
        try:
            found = node.collection(collection, **choice)
            things = [dict(thing) for thing in found.first(size)]
            facets = {
                name: {value.value: value.count for value in facet.values} for name, facet in found.facets.items()
            }
        except ClientError as error:
            raise told(error) from error
        return {"total": found.total, "things": things, "facets": facets}

    @server.tool(title="Ready-made questions", annotations=reads)
    def questions() -> list[dict[str, Any]]:
        """Return the questions of the catalogue: name, what it asks, and its parameters with their defaults."""
        try:
            return [
                {"name": each.name, "title": each.title, "parameters": dict(each.parameters)}
                for each in node.questions()
            ]
        except ClientError as error:
            raise told(error) from error

    @server.tool(title="Ask a ready-made question", annotations=reads)
    def ask(question: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        """Answer a question of the catalogue by its name, with values for its parameters."""
        try:
            return _table(node.ask(question, **(parameters or {})))
        except ClientError as error:
            raise told(error) from error

    @server.tool(title="Compare two regions", annotations=reads)
    def bridge(one: str, other: str) -> dict[str, Any]:
        """Return what two regions share and could share; each is named by its NUTS code (PL63) or its name."""
        try:
            return dict(node.bridge(one, other))
        except ClientError as error:
            raise told(error) from error

    @server.tool(title="SPARQL", annotations=reads)
    def sparql(query: str) -> dict[str, Any]:
        """Answer a SPARQL SELECT or ASK query; updates and SERVICE are refused, time and size are limited."""
        try:
            return _table(node.sparql(query))
        except ClientError as error:
            raise told(error) from error

    return server


def _table(rows: Any) -> dict[str, Any]:
    shown = [{name: _plain(value) for name, value in row.items()} for row in rows[:ROWS]]
    return {"columns": list(rows.columns), "rows": shown, "total": len(rows)}


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
