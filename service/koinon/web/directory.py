"""Which routes a path may mean: those that begin with the same part, instead of all two hundred in turn.

The framework compares a path with each route until one fits, and does so twice for a route of an included router:
two milliseconds for a page that takes one to make. The routers stay in the application behind this route: for its
description, and for what no route answers (404, 405).
"""

from collections.abc import Sequence
from typing import Final, NoReturn

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

_CHOSEN: Final = "koinon.route"
"""Key of the scope that holds the route that answers."""


class Directory(BaseRoute):
    """A route that stands for all others: it hands a request to the first of them that fits it whole."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """Sort the routes, those of included routers too, by the first part of their paths; they keep their order.

        A router with a prefix of its own is left to the framework.
        """
        self._routes: dict[str, list[Route]] = {}
        everywhere: list[Route] = []
        for context in iter_route_contexts(routes):
            route = context.original_route
            if not isinstance(route, Route) or route.path != context.path:
                continue
            part = _first(route.path)
            if "{" in part:
                everywhere.append(route)
                for known in self._routes.values():
                    known.append(route)
            else:
                self._routes.setdefault(part, list(everywhere)).append(route)
        self._everywhere = everywhere

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the route; none where the path or the method fits no route."""
        if scope["type"] == "http":
            path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))
            for route in self._routes.get(_first(path), self._everywhere):
                match, found = route.matches(scope)
                if match == Match.FULL:
                    return match, {**found, _CHOSEN: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found."""
        await scope[_CHOSEN].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        """Leave names to the routes themselves: raises NoMatchFound."""
        raise NoMatchFound(name, path_params)


def _first(path: str) -> str:
    """Return the first part of a path, up to a dot: ``projects`` of ``/projects.ttl``."""
    return path[1:].partition("/")[0].partition(".")[0]
