"""The rehearsal of a life: everything is done once, unharmed, to learn which moments there are."""

import json
from pathlib import Path

from torture.bench import Ended, Victims, world_at
from torture.checks import registry_of
from torture.life import SLUGS, Life, Moments, members_of
from torture.moments import Plan


def rehearse(victims: Victims, root: Path, *, served: bool = True) -> Moments:
    """Do everything once, unharmed, and return the moments of each action, with ``served`` also of a service."""
    life = Life("rehearsal", victims, world_at(root), {"swap": []})
    try:
        return _rehearsed(life, root, served=served)
    finally:
        life.server.end()


def _rehearsed(life: Life, root: Path, *, served: bool) -> Moments:
    notes = root / "rehearsal.json"
    life.begin(served=served)
    found: Moments = {}
    plan = Plan("record", notes=str(notes))

    def record(name: str, slug: str = "", label: str = "") -> None:
        ended = life.run(name, slug, label, plan)
        assert ended.code == 0, ended
        names = json.loads(notes.read_text())
        found[name] = list(dict.fromkeys([*found.get(name, ()), *names]))
        life.known = registry_of(life.world)

    first = SLUGS[0]
    record("add", first, "one")
    record("accept", first)
    record("build")
    record("update", first, "two")
    record("accept", first)
    life.change()
    record("build")
    record("build")
    record("withdraw", first)
    record("builder")
    record("purge", first)
    if not served:
        return found
    life.server.kill()
    swap = root / "swap.json"
    life.server.start(Plan("record", notes=str(swap)))
    before = life.server.poke()
    life.change()
    assert life.run("build").code == 0
    for _ in range(400):
        if life.server.poke() not in {None, before}:
            break
    answer = life.server.put(first, members_of(first, "three"), life.secret)
    assert Ended(0, answer, "").answer is not None, answer
    life.server.terminate()
    names = json.loads(swap.read_text())
    handing_in = names.index("enter contributing.Contributions.prepare")
    moving = names.index("enter served.Following._move_to")
    found["swap"] = [
        name for name in names[moving:handing_in] if name.startswith("enter ") and "Worker" not in name
    ]
    last = max(number for number, name in enumerate(names) if "contributing" in name or "journal" in name)
    found["put"] = names[handing_in : last + 1]
    return found
