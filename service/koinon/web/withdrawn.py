"""Things that are not there: unknown ones (404), and withdrawn ones (410), with what took their place."""

from fastapi import Request
from pyoxigraph import NamedNode

from koinon.model.errors import NotFoundError
from koinon.publish.changes import label_of
from koinon.publish.past import replacements, steps_of, withdrawn
from koinon.release.changelog import Change, Member
from koinon.release.current import release_folders
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.reader import local_path
from koinon.web.served import Served


async def refuse_unknown(request: Request, served: Served, topic: NamedNode) -> None:
    """Return where the release knows the thing; raises NotFoundError where nothing ever did.

    Raises ProblemError ``gone`` where an earlier release did: with what took its place, as far as data say so, and
    where its history (of things and concepts) and its last state stand. A source is named by its graph.
    """
    if served.has_subject(topic):
        return
    door = Door.of(request)
    reader = door.reader(request)

    def looked() -> tuple[list[Member], list[str], str]:
        steps = steps_of(door.changes, topic.value, last_step(door, served))
        if withdrawn(steps) is None:
            return [], [], ""
        last = next((member for member in steps if member.change is not Change.REMOVED), None)
        state = state_of(door, last, local_path(topic.value) or "") if last else ""
        return steps, replacements(door.changes, topic.value, steps, served.store), state

    steps, instead, state = await door.make(request, looked, ("gone", served.release.id, topic.value))
    if not steps:
        raise NotFoundError(f"Nothing is known about {topic.value}.")
    gone, name = steps[0], label_of(steps[0], reader.language)
    path = local_path(topic.value) or ""
    has_history = path.startswith(("/doc/", "/code/"))
    raise ProblemError(
        "gone",
        f"{name} was withdrawn on {gone.published_at[:10]}, with release {release_of(door, gone)[:12]}.",
        {
            "label": dict(gone.labels),
            "withdrawn": gone.published_at,
            "release": release_of(door, gone),
            "replacedBy": instead,
            **({"history": f"{reader.absolute(path)}/history"} if has_history else {}),
            **({"lastState": reader.absolute(state)} if state else {}),
        },
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
