"""Routes that are read: GET and HEAD under one handler, described once."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.responses import Response

Handler = TypeVar("Handler", bound=Callable[..., Any])


def reads(router: APIRouter, path: str, **options: Any) -> Callable[[Handler], Handler]:
    """Register a handler for GET and HEAD of ``path``.

    Two methods of one route would be described as one operation twice, so the route that answers is left out of
    the description, and a route for GET that is never reached stands in for it.
    """
    options.setdefault("response_class", Response)

    def register(handler: Handler) -> Handler:
        router.add_api_route(path, handler, methods=["GET", "HEAD"], include_in_schema=False, **options)
        router.add_api_route(path, handler, methods=["GET"], **options)
        return handler

    return register
