"""``/ldes``: the change log as a Linked Data Event Stream, whole or in slices, and ``/version``: one version alone.

The root and its description change with each release; every page and every whole group is written once for good.
"""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon import __version__
from koinon.model.errors import NotFoundError
from koinon.publish import ldes
from koinon.publish.ldes import SYNTAXES, Stream
from koinon.web.door import Door
from koinon.web.representations import Form, content_type, is_unchanged, negotiate, not_modified, strong_tag
from koinon.web.routing import reads

router: Final = APIRouter()

LASTING: Final = "public, max-age=31536000, immutable"
"""How a page that never changes is announced: clients read it word for word."""
CHANGING: Final = "public, max-age=0, must-revalidate"
_FORMS: Final = tuple(Form(media_type, "", media_type) for media_type in SYNTAXES)

Kind = Annotated[str, Path(description="What the slice is by: class, source, region, programme or network.")]
Name = Annotated[str, Path(description="Name of the class, source, region, programme or network.")]
Sequence = Annotated[int, Path(ge=1, le=10**9, description="Number of the release in the release log.")]
Number = Annotated[int, Path(ge=1, le=10**9, description="Number of the page, or of the version.")]
Level = Annotated[int, Path(ge=1, le=9, description="Level of the group: 1 has 32 steps, 2 has 1,024 …")]
Index = Annotated[int, Path(ge=0, le=10**9, description="Number of the group, from 0.")]


@reads(router, "/ldes")
async def root(request: Request) -> Response:
    """Answer with the root node of the stream of all changes."""
    return await _root(request, "")


@reads(router, "/ldes/shape")
async def shape(request: Request) -> Response:
    """Answer with the SHACL shape of version objects."""
    reader = Door.of(request).reader(request)
    return await _answer(
        request, ("shape",), lambda: ldes.lines_of(ldes.shape(reader.base)), cache_control=CHANGING
    )


@reads(router, "/ldes/page/{sequence}/{number}")
async def page(request: Request, sequence: Sequence, number: Number) -> Response:
    """Answer with a page of the stream of all changes; it never changes."""
    return await _page(request, "", sequence, number)


@reads(router, "/ldes/group/{level}/{index}")
async def group(request: Request, level: Level, index: Index) -> Response:
    """Answer with a node that links to 32 steps or groups of steps; it never changes."""
    return await _group(request, "", level, index)


@reads(router, "/ldes/{kind}/{name}")
async def slice_root(request: Request, kind: Kind, name: Name) -> Response:
    """Answer with the root node of a slice: what touches one class, source, region, programme or network."""
    return await _root(request, f"{kind}/{name}")


@reads(router, "/ldes/{kind}/{name}/page/{sequence}/{number}")
async def slice_page(request: Request, kind: Kind, name: Name, sequence: Sequence, number: Number) -> Response:
    """Answer with a page of a slice; it never changes."""
    return await _page(request, f"{kind}/{name}", sequence, number)


@reads(router, "/ldes/{kind}/{name}/group/{level}/{index}")
async def slice_group(request: Request, kind: Kind, name: Name, level: Level, index: Index) -> Response:
    """Answer with a node of a slice that links to 32 steps or groups of steps; it never changes."""
    return await _group(request, f"{kind}/{name}", level, index)


@reads(router, "/version/{sequence}/{number}")
async def version(request: Request, sequence: Sequence, number: Number) -> Response:
    """Answer with one version of a thing, as the stream has it; it never changes."""
    stream = _stream(request, "")

    def lines() -> bytes | None:
        member = stream.changes.member(sequence, number)
        return stream.version_lines(member) if member else None

    key = ("version", str(sequence), str(number))
    return await _answer(request, key, lines, stamp=stream.changes.stamp(sequence))


async def _root(request: Request, name: str) -> Response:
    stream = _stream(request, name)
    last = len(stream.changes.steps())

    def lines() -> bytes | None:
        return stream.root_lines() if stream.exists() else None

    return await _answer(request, ("root", name, str(last)), lines, cache_control=CHANGING)


async def _page(request: Request, name: str, sequence: int, number: int) -> Response:
    stream = _stream(request, name)
    key = ("page", name, str(sequence), str(number))
    stamp = stream.changes.stamp(sequence)
    return await _answer(request, key, lambda: stream.page_lines(sequence, number), stamp=stamp)


async def _group(request: Request, name: str, level: int, index: int) -> Response:
    stream = _stream(request, name)
    key = ("group", name, str(level), str(index))
    return await _answer(request, key, lambda: stream.group_lines(level, index))


def _stream(request: Request, name: str) -> Stream:
    door = Door.of(request)
    title = f"Koinon: changes of {name}" if name else "Koinon: all changes"
    return Stream(door.changes, door.reader(request).base, name, title)


async def _answer(
    request: Request,
    key: tuple[str, ...],
    lines: Callable[[], bytes | None],
    *,
    stamp: str = "",
    cache_control: str = LASTING,
) -> Response:
    """Answer with N-Triples lines in the form that Accept chooses; raises NotFoundError where there are none.

    ``stamp`` says which file they are from: purging a source writes it anew.
    """
    door = Door.of(request)
    form = negotiate(request, _FORMS)
    base = door.reader(request).base
    parts = (*key, stamp, form.media_type, base, __version__ if cache_control == CHANGING else "")
    tag = strong_tag(*parts)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": cache_control}
    if is_unchanged(request, tag):
        return not_modified(headers)

    def body() -> bytes | None:
        made = lines()
        return None if made is None else ldes.written(made, form.media_type)

    content = await door.make(request, body, ("ldes", *key, form.media_type, base))
    if content is None:
        raise NotFoundError("The stream has no such node. Its root is /ldes, that of a slice /ldes/class/Project.")
    return Response(content, headers=headers, media_type=content_type(form.media_type))
