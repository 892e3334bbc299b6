"""Things that are not there: unknown ones (404), and withdrawn ones (410), with what took their place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from fastapi import Request
from pyoxigraph import NamedNode

from koinon.model.errors import NotFoundError
from koinon.publish.bridge.withdrawn import withdrawn_region
from koinon.publish.changes import label_of
from koinon.publish.past import last_said, replacements, steps_of, withdrawn
from koinon.release.changelog import Member
from koinon.release.current import release_folders
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.reader import local_path
from koinon.web.served import Served


@dataclass(frozen=True, slots=True)
class Gone:
    """What is told of something withdrawn: its name, labels, when and with which release it went.

    ``instead`` are IRIs; ``history`` and ``state`` are paths, of its history and its last state, empty where none.
    """

    name: str
    labels: Mapping[str, str]
    at: str
    release: str
    instead: list[str]
    history: str = ""
    state: str = ""


async def refuse_unknown(request: Request, served: Served, topic: NamedNode) -> None:
    """Return where the release knows the thing; raises NotFoundError where nothing ever did.

    Raises ProblemError ``gone`` where an earlier release did: with what took its place, as far as data say so, and
    where its history (of things and concepts) and its last state stand. A source is named by its graph.
    """
    if not served.has_subject(topic):
        await refuse_withdrawn(request, served, topic.value)
        raise NotFoundError(f"Nothing is known about {topic.value}.")


async def refuse_withdrawn(request: Request, served: Served, thing: str) -> None:
    """Return where nothing is known of a thing that went with an earlier release; else raises ProblemError."""
    door = Door.of(request)

    def looked() -> Gone | None:
        steps = steps_of(door.changes, thing, last_step(door, served))
        gone = withdrawn(steps)
        return replaced(request, served, thing, gone, steps) if gone else None

    await refuse_gone(request, served, thing, looked)


async def refuse_withdrawn_region(request: Request, served: Served, name: str) -> None:
    """Return where no region of this code or slug was withdrawn; else raises ProblemError ``gone``."""
    door = Door.of(request)

    def looked() -> Gone | None:
        steps = withdrawn_region(door.changes, name, last_step(door, served))
        return replaced(request, served, steps[0].thing, steps[0], steps) if steps else None

    await refuse_gone(request, served, f"regions/{name}", looked)


async def refuse_gone(request: Request, served: Served, name: str, looked: Callable[[], Gone | None]) -> None:
    """Look outside the event loop for what became of ``name``; raises ProblemError ``gone`` where that is found."""
    door = Door.of(request)
    language = door.reader(request).language
    found = await door.make(request, looked, ("gone", served.release.id, language, name))
    if found is not None:
        _refuse(request, found)


def replaced(request: Request, served: Served, thing: str, gone: Member, steps: list[Member]) -> Gone:
    """Return what is told of a thing that went at the step ``gone``, with what took its place."""
    door = Door.of(request)
    history = door.histories.of(door.changes, Home(door.settings.home), served.release.id)
    instead = replacements(door.changes, thing, steps, served.store)
    instead += [one for one in history.instead(thing) if one not in instead and served.has_subject(NamedNode(one))]
    return told(door, thing, gone, steps, door.reader(request).language, instead)


def told(door: Door, thing: str, gone: Member, steps: list[Member], language: str, instead: list[str]) -> Gone:
    """Return what is told of a thing that went at the step ``gone``."""
    path = local_path(thing) or ""
    last = last_said(steps)
    return Gone(
        str(label_of(gone, language)),
        dict(gone.labels),
        gone.published_at,
        release_of(door, gone),
        instead,
        f"{path}/history" if path.startswith(("/doc/", "/code/")) else "",
        state_of(door, last, path) if last else "",
    )


def last_step(door: Door, served: Served) -> int | None:
    """Return the last step that the served release knows of, or None where it was never current."""
    log = read_log(Home(door.settings.home).log)
    return max((entry.sequence for entry in log if entry.id == served.release.id), default=None)


def release_of(door: Door, member: Member) -> str:
    """Return the id of the release that a step made current."""
    step = door.changes.step(member.sequence)
    return step.release if step else ""


def state_of(door: Door, member: Member, path: str) -> str:
    """Return where the state of a thing after a step still stands: in its release, if that is kept, or alone."""
    release = release_of(door, member)
    if release and any(folder.name == release for folder in release_folders(Home(door.settings.home))):
        return f"/releases/{release}{path}"
    return f"/version/{member.sequence}/{member.number}"


def _refuse(request: Request, gone: Gone) -> NoReturn:
    reader = Door.of(request).reader(request)
    raise ProblemError(
        "gone",
        f"{gone.name} was withdrawn on {gone.at[:10]}, with release {gone.release[:12]}.",
        {
            "label": dict(gone.labels),
            "withdrawn": gone.at,
            "release": gone.release,
            "replacedBy": gone.instead,
            **({"history": reader.absolute(gone.history)} if gone.history else {}),
            **({"lastState": reader.root + gone.state} if gone.state else {}),
        },
    )
