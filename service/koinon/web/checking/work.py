"""One check, in the process that is there for it alone: from the body of a request to the report."""

import json
import resource
import socket
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from koinon.build import shacl_report
from koinon.build.checking import Checked, Checker
from koinon.build.findings import Severity
from koinon.build.grouping import groups
from koinon.build.reading import FORMATS
from koinon.build.registry.disk import MAPPING
from koinon.build.registry.entries import Result
from koinon.build.source_manifest import MANIFEST
from koinon.build.sources import find_sources
from koinon.model.errors import ConfigurationError, SourceError
from koinon.query.wire import Inbox, send
from koinon.web.checking import people
from koinon.web.checking.handed_in import BodyError, HandedIn, read_body

_ECHO: Final = 200_000
"""Characters of a pasted text that the page shows again."""
_EXCERPT: Final = 60
"""Characters that are shown on either side of a fault in a line."""


def check(checker: Checker, connection: socket.socket, memory: int) -> None:
    """Read what is to be checked from the connection, check it, and send the report over it."""
    head, body, _ = Inbox(connection).wait()
    try:
        tempfile.tempdir = head["folder"]  # the service removes it, whatever happens here
        if head["source"]:
            handed, checked = HandedIn(body), _checked_source(checker, body, head["source"], Path(head["folder"]))
        else:
            handed = read_body(body, head["content_type"], head["syntax"], head["mapping"])
            checked = _checked(checker, handed, Path(head["folder"]), head["language"])
        answer, report = _report(checked, handed, head)
        answer["result"] = Result.of(checked).model_dump()
    except (BodyError, ConfigurationError, SourceError) as error:
        answer, report = {"status": "body", "detail": str(error)}, b""
    except MemoryError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        detail = (
            f"more memory than {memory / 2**20:.0f} MiB was asked for at once, or with the {most:.0f} MiB in use"
        )
        answer, report = {"status": "memory", "detail": detail}, b""
    except OSError as error:
        answer, report = {"status": "failed", "detail": error.strerror or "a file could not be written"}, b""
    used = resource.getrusage(resource.RUSAGE_SELF)
    send(connection, {**answer, "seconds": used.ru_utime + used.ru_stime}, report)


def _checked(checker: Checker, handed: HandedIn, folder: Path, language: str) -> Checked:
    if handed.mapping:
        return checker.check_table(handed.content, handed.name, handed.mapping, folder, language)
    return _without(folder, checker.check_bytes(handed.content, handed.name, handed.suffix, folder))


def _checked_source(checker: Checker, body: bytes, source: dict[str, Any], folder: Path) -> Checked:
    """Judge what is to become a version of a source, laid out as a build finds it."""
    laid = folder / "source" / source["slug"]
    laid.mkdir(parents=True)
    (laid / MANIFEST).write_text(source["manifest"], encoding="utf-8")
    if source["mapping"] is not None:
        (laid / MAPPING).write_text(source["mapping"], encoding="utf-8")
    start = 0
    for name, size in source["files"]:
        (laid / name).write_bytes(body[start : start + size])
        start += size
    found, refused = find_sources([laid], FORMATS, mapped=True)
    if refused:
        where = refused[0].where.removeprefix(f"{laid}/")
        raise SourceError(source["slug"], refused[0].rule, where, refused[0].detail)
    return _without(laid, checker.check(found[0], folder))


def _without(folder: Path, checked: Checked) -> Checked:
    """Return what was found without the folder that a check works in: what is said of all of it names the file."""
    findings = (replace(f, where=f.where.replace(str(folder), checked.name)) for f in checked.findings)
    return replace(checked, findings=tuple(findings))


def _report(checked: Checked, handed: HandedIn, head: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    language = head["language"]
    match head["wanted"]:
        case "text/turtle":
            return {"status": "ok"}, shacl_report.turtle(checked)
        case "application/ld+json":
            return {"status": "ok"}, shacl_report.json_ld(checked)
        case "text/plain":
            return {"status": "ok"}, "".join(f"{line}\n" for line in people.lines(checked, language)).encode()
        case "text/html":
            return {"status": "ok", "page": _page(checked, handed)}, b""
        case _:
            document = people.document(checked, language)
            return {"status": "ok"}, json.dumps(document, ensure_ascii=False).encode()


def _page(checked: Checked, handed: HandedIn) -> dict[str, Any]:
    """Return what the page shows, without a word of it translated yet."""
    found = [
        {
            "rule": group.rule,
            "severity": group.severity.value,
            "count": group.count,
            "messages": group.messages,
            "examples": [
                {
                    **asdict(e.spot),
                    "iri": e.spot.iri,
                    "detail": e.detail,
                    "excerpt": _excerpt(handed, e.spot.line, e.spot.column),
                }
                for e in group.examples
            ],
        }
        for group in groups(checked)
    ]
    pasted = handed.pasted if handed.pasted is not None and len(handed.pasted) <= _ECHO else ""
    return {
        "refused": checked.refused,
        "name": handed.name if handed.pasted is None else "",
        "format": checked.format,
        "triples": checked.triples,
        "counts": {severity.value: checked.count(severity) for severity in Severity},
        "groups": found,
        "pasted": pasted,
    }


def _excerpt(handed: HandedIn, line: int | None, column: int | None) -> list[str]:
    """Return the text before and after a fault in its line; nothing where its place is not known."""
    if line is None:
        return []
    text = handed.content.decode("utf-8-sig", "replace").split("\n", line)
    if len(text) < line:
        return []
    fault = text[line - 1].rstrip("\r")
    at = max((column or 1) - 1, 0)
    return [fault[max(at - _EXCERPT, 0) : at], fault[at : at + _EXCERPT]]
