"""Writing a release anew from its own graph files, so that nothing is left in it of what it no longer states."""

import ctypes
import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from koinon.build.describe import graph_iri
from koinon.build.graphs import GraphFile
from koinon.build.indexing.writing import write_index
from koinon.build.sealing import FILE as SEAL
from koinon.build.sealing import is_sealed, seal
from koinon.build.storing import check_store, fill_store
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import write_contents
from koinon.release.current import Release, sync_folder
from koinon.release.manifest import DERIVED
from koinon.release.publishing import sync_tree
from koinon.release.relations import FILE as RELATIONS
from koinon.release.search_index import FOLDER as SEARCH

_EXCHANGE = 2
_HERE = -100


def rewrite(release: Release, slug: str, work: Path) -> None:
    """Write store and ``changes/`` of a release anew, without a trace of the source ``slug``; its id stays.

    The changes of derived graphs go too, as they speak of every source. It is sealed again where it was: a build
    may go on from it, and does not bless what somebody else has touched. ``work`` is on the same disk. Raises
    OSError, and ReleaseError where the graph files are not those of the manifest.
    """
    fresh = work / release.id
    untouched = is_sealed(release.path)
    made_here = shutil.ignore_patterns("store", "changes", SEAL, "judged.jsonl", CONTENTS, RELATIONS, SEARCH)
    shutil.copytree(release.path, fresh, copy_function=_link, ignore=made_here, symlinks=True)
    graphs = [
        GraphFile(e.slug, e.name, e.kind, dict(e.title), release.graph_file(e.slug), e.sha256, e.triples)
        for e in release.manifest.graphs
    ]
    store = fill_store(fresh / "store", graphs)
    store.flush()
    store.optimize()
    del store
    check_store(fresh / "store", graphs)
    # What is deleted in these goes on standing in their files.
    for name, write in ((CONTENTS, write_contents), (SEARCH, write_index)):
        if (release.path / name).exists():
            write(fresh / name, fresh / "store")
    if (release.path / RELATIONS).exists():
        _copy_rows(release.path / RELATIONS, fresh / RELATIONS)
    (fresh / "changes").mkdir()
    left_out = {graph_iri(slug), *(e.name for e in release.manifest.graphs if e.kind == DERIVED)}
    endings = tuple(f" <{name}> .\n".encode() for name in left_out)
    for path in (release.path / "changes").glob("*.nq"):
        with path.open("rb") as lines, (fresh / "changes" / path.name).open("wb") as kept:
            kept.writelines(line for line in lines if not line.endswith(endings))
    if untouched:
        seal(fresh)
    sync_tree(fresh)
    _exchange(fresh, release.path)
    sync_folder(release.path.parent)
    shutil.rmtree(fresh)


def _copy_rows(table: Path, fresh: Path) -> None:
    """Copy what a table says, and nothing of what was deleted in its file."""
    with closing(sqlite3.connect(f"{table.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(fresh),))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change names in one step, so that neither is ever missing (``renameat2`` of Linux)."""
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if swap is not None and swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    number = ctypes.get_errno() if swap is not None else errno.ENOSYS
    if number not in {errno.ENOSYS, errno.EINVAL}:
        raise OSError(number, os.strerror(number), str(other))
    aside = one.with_name(f"{one.name}-before")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
