"""From a mapping's template, a folder's own manifest and an operator's options to the manifest of a version."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from koinon.build.findings import Finding
from koinon.build.ownership import Mints
from koinon.build.registry.entries import KeptFile
from koinon.build.registry.options import Options
from koinon.build.source_manifest import Manifest, home_of
from koinon.build.sources import MANIFEST, parse_manifest, problems_of
from koinon.model.errors import ConfigurationError, SourceError

_NO_STATEMENT = re.compile(r"\W*(unknown|none|n/?a|not (stated|known)|tbd|todo|\?)?\W*\Z", re.IGNORECASE)
_OWN = ("title", "publisher", "homepage", "credit", "language", "kind", "mints", "policy", "schedule")
"""Keys that a template and a manifest have in common; a manifest has rights and licence in a table of their own."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a mapping file knows of its publisher: the ``fields`` of a manifest, and the mapping's own bytes.

    Many sources may come under a ``shared`` one, each under a slug of its own.
    """

    slug: str
    name: str
    version: str
    fields: Mapping[str, object]
    content: bytes
    shared: bool = False

    def fields_for(self, slug: str) -> dict[str, object]:
        """Return the fields for the source ``slug``, which stands where what is minted says ``{source}``."""
        mints = self.fields.get("mints")
        if not isinstance(mints, list):
            return dict(self.fields)
        return {**self.fields, "mints": [str(mint).replace("{source}", slug) for mint in mints]}


def read_template(path: Path) -> Template:
    """Read name, version and [source] of the mapping file at ``path``; raises ConfigurationError."""
    try:
        content = path.read_bytes()
        mapping = tomllib.loads(content.decode("utf-8"))
        given = mapping["source"]
        name, version = str(mapping["name"]), str(mapping["version"])
        fields: dict[str, object] = {key: given[key] for key in _OWN if key in given}
        slug = str(given.get("slug", name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigurationError(f"{path} is no mapping with name, version and [source]: {error!r}") from error
    fields["rights"] = {"statement": given.get("rights"), "licence": given.get("licence")}
    fields["mapping"] = {"name": name, "version": version}
    return Template(slug, name, version, fields, content, shared=given.get("shared") is True)


def folder_fields(folder: Path, slug: str) -> dict[str, object]:
    """Return the fields of the manifest in a source folder; raises SourceError where it is wrong."""
    manifest = parse_manifest(folder / MANIFEST)
    if isinstance(manifest, Finding):
        rule = "rights" if "rights.statement" in manifest.detail else manifest.rule
        raise SourceError(slug, rule, manifest.where, manifest.detail)
    if manifest.slug != slug:
        detail = f"slug: {manifest.slug!r} is not {slug!r}, under which the source is handed in"
        raise SourceError(slug, "manifest", str(folder / MANIFEST), detail)
    return manifest.model_dump(exclude_none=True)


def later_fields(earlier: Manifest, files: Sequence[KeptFile]) -> dict[str, object]:
    """Return what still holds of a version's manifest where other files take the place of its own."""
    fields = earlier.model_dump(exclude_none=True)
    document = dict(fields["document"], issued_absent="not stated where the files were handed in")
    for key in ("issued", "length", "crawled"):
        document.pop(key, None)
    if document.pop("sha256", None) is not None or "kept" in document.get("not_held", ""):
        document |= _bytes(files)
    return {**fields, "document": document}


def make_manifest(
    slug: str, base: Mapping[str, object], options: Options, files: Sequence[KeptFile], received: date
) -> Manifest:
    """Return the manifest of a version; raises SourceError (``rights``, ``licence``, ``manifest``)."""
    fields = {**base, "slug": slug, "files": tuple(file.name for file in files)}
    fields |= {key: value for key in _OWN if (value := getattr(options, key)) is not None}
    if isinstance(fields.get("title", slug), str):
        tag = str(fields.get("language", "und"))
        fields["title"] = {"en" if tag == "und" else tag: fields.get("title", slug)}
    fields.setdefault("language", "und")
    fields.setdefault("kind", "external")
    fields["rights"] = _rights(slug, base.get("rights"), options)
    fields["document"] = document = _document(slug, base, options, files, home_of(fields["kind"]))
    fields["mints"] = _mints(slug, fields.get("mints"), str(document["iri"]), home_of(fields["kind"]))
    fields["reading"] = _reading(base, received)
    try:
        return Manifest.model_validate(fields)
    except ValidationError as error:
        raise SourceError(slug, "manifest", "manifest", problems_of(error)) from error


def _rights(slug: str, base: object, options: Options) -> dict[str, object]:
    given = dict(base) if isinstance(base, Mapping) else {}
    statement = options.rights or given.get("statement")
    if not isinstance(statement, str) or _NO_STATEMENT.match(statement):
        if options.because is None:
            detail = (
                "nothing says what may be done with this source. Give the publisher's words with --rights, or "
                "--facts-only where only facts are taken; to take it all the same, give your reason with --because"
            )
            raise SourceError(slug, "rights", "rights", detail)
        statement, given["override"] = "none stated by the publisher", options.because
    licence = options.licence or given.get("licence")
    if not licence:
        detail = "nothing says under which licence the graph is published; give its address with --licence"
        raise SourceError(slug, "licence", "rights", detail)
    return {**given, "statement": statement, "licence": licence}


def _document(
    slug: str, base: Mapping[str, object], options: Options, files: Sequence[KeptFile], home: str
) -> dict[str, object]:
    given = base.get("document")
    known = dict(given) if isinstance(given, Mapping) else {}
    if known.keys() - {"iri"}:
        if options.issued:
            return {**known, "issued": options.issued, "issued_absent": None}
        return known
    document: dict[str, object] = {"iri": f"{home}document/{slug}", **known, **_bytes(files)}
    if options.issued:
        document["issued"] = options.issued
    else:
        document["issued_absent"] = "not stated where the files were handed in"
    return document


def _bytes(files: Sequence[KeptFile]) -> dict[str, object]:
    if len(files) > 1:
        return {"not_held": f"handed in as {len(files)} files, which are kept"}
    found: dict[str, object] = {"sha256": files[0].sha256}
    return found | ({"address": files[0].address} if files[0].address else {})


def _mints(slug: str, given: object, document: str, home: str) -> tuple[str, ...]:
    mints = tuple(given) if isinstance(given, list | tuple) else ()
    if not mints:
        detail = "nothing says which things this source mints; give them with --mints, as organisation/my-network-*"
        raise SourceError(slug, "mints", "mints", detail)
    plain = document.startswith(home) and all(isinstance(mint, str) for mint in mints)
    if plain and not Mints(mints, home).own(document):
        return (*mints, document.removeprefix(home))
    return mints


def _reading(base: Mapping[str, object], received: date) -> dict[str, object]:
    given = base.get("reading")
    if isinstance(given, Mapping):
        return {**given, "received": received}
    mapped = "mapping" in base
    return {
        "received": received,
        "method": "mapping" if mapped else "declared",
        "by": "Koinon" if mapped else "the publisher",
        "review": "made by script from the files" if mapped else "none",
        "basis": "external",
        "receipts": "annotated",
    }


def manifest_toml(manifest: Manifest) -> bytes:
    """Return the manifest as TOML, always the same for the same manifest."""
    fields = manifest.model_dump(exclude_none=True)
    tables = {key: fields.pop(key) for key in ("document", "rights", "reading")}
    lines = [f"{key} = {_toml(value)}" for key, value in fields.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    return ("\n".join(lines) + "\n").encode()


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
