"""Writing a release anew from its own graph files, so that nothing is left in it of what it no longer states."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from koinon.build.describe import graph_iri
from koinon.build.graphs import GraphFile
from koinon.build.indexing.writing import write_index
from koinon.build.registry.unreporting import forget_reports
from koinon.build.sealing import FILE as SEAL
from koinon.build.sealing import is_sealed, seal
from koinon.build.storing import check_store, fill_store
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import write_contents
from koinon.release.current import Release
from koinon.release.exchange import exchange
from koinon.release.manifest import DERIVED
from koinon.release.publishing import sync_tree
from koinon.release.relations import FILE as RELATIONS
from koinon.release.search_index import FOLDER as SEARCH


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
    forget_reports(release.path, fresh, slug)
    left_out = {graph_iri(slug), *(e.name for e in release.manifest.graphs if e.kind == DERIVED)}
    endings = tuple(f" <{name}> .\n".encode() for name in left_out)
    for path in (release.path / "changes").glob("*.nq"):
        with path.open("rb") as lines, (fresh / "changes" / path.name).open("wb") as kept:
            kept.writelines(line for line in lines if not line.endswith(endings))
    if untouched:
        seal(fresh)
    sync_tree(fresh)
    exchange(fresh, release.path)
    shutil.rmtree(fresh)


def _copy_rows(table: Path, fresh: Path) -> None:
    """Copy what a table says, and nothing of what was deleted in its file."""
    try:
        with closing(sqlite3.connect(f"{table.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(fresh),))
    except sqlite3.Error as error:
        raise OSError(f"{table} cannot be written anew: {error}") from error


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
