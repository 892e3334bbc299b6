"""What the tests of imports share: one small graph in every format, and the import of files into a home."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import Store

from koinon.build.importing import ImportReport, import_files
from koinon.build.statements import Input
from koinon.build.verifying import verify_release
from koinon.model.namespaces import XSD
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.paths import Home

EX = "http://example.org/"
TURTLE = '@base <http://example.org/> . <a> <p> <b> , "x"@en ; <q> [ <r> 1 ] .'
SAME = {
    "data.ttl": TURTLE,
    "data.nt": f'<{EX}a> <{EX}p> <{EX}b> .\n<{EX}a> <{EX}p> "x"@en .\n<{EX}a> <{EX}q> _:n .\n'
    f'_:n <{EX}r> "1"^^<{XSD}integer> .\n',
    "data.nq": f'<{EX}a> <{EX}p> <{EX}b> .\n<{EX}a> <{EX}p> "x"@en .\n<{EX}a> <{EX}q> _:n .\n'
    f'_:n <{EX}r> "1"^^<{XSD}integer> .\n',
    "data.trig": f"{{ {TURTLE.partition(' . ')[2].removesuffix('.')} }}".join(
        ["@base <http://example.org/> . ", ""]
    ),
    "data.jsonld": json.dumps(
        {
            "@context": {"@vocab": EX, "@base": EX},
            "@id": "a",
            "p": [{"@id": "b"}, {"@value": "x", "@language": "en"}],
            "q": {"r": 1},
        }
    ),
    "data.rdf": f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{EX}" xml:base="{EX}">'
    '<rdf:Description rdf:about="a"><p rdf:resource="b"/><p xml:lang="en">x</p><q rdf:parseType="Resource">'
    f'<r rdf:datatype="{XSD}integer">1</r></q></rdf:Description></rdf:RDF>',
}


def put(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bring(home: Home, *inputs: Input | Path, **settings: object) -> ImportReport:
    given = [part if isinstance(part, Input) else Input(part) for part in inputs]
    return import_files(Settings.from_environment({}, home=home.root, **settings), given)


def store_of(home: Home) -> Store:
    return open_current(home).open().raw


def koinon(
    home: Home, *arguments: str, limit: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "release", *arguments, "--home", str(home.root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit,
    )


def whole(home: Home) -> Release:
    release = open_current(home)
    assert verify_release(release) == []
    assert not [path.name for path in home.releases.iterdir() if path.name.startswith(".")]
    return release
