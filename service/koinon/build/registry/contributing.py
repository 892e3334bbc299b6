"""Contributions: a source that comes from outside, with a token, and is handed in, judged and accepted in one step.

The steps, each whole before the next begins. What a crash interrupts before ``journalled`` has not happened; after
it, it has, whether or not anybody was told, and the same contribution again changes nothing:

received    the content is in memory, and nothing of it on the disk (``web.sources.sent``)
checked     a process of its own has judged it (``web.checking``)
fsynced     content, manifest and mapping lie in ``sources/.incoming``, on the disk (``Received.pieces``, ``.text``)
settled     they have their hashes as names in ``sources/NAME/raw``, on the disk (``Received.settle``)
journalled  the line ``put`` of the source's journal is on the disk: from here on it counts (``journals.record``)
audited     the audit log has the line too (``journals.record``)
answered    the receipt goes out (``web.sources.routes``)
built       a release has it (``build.builder``)
switched    ``current`` leads to that release, and readers follow (``release.publishing``, ``web.served``)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self

from koinon.build.reading import FORMATS
from koinon.build.registry.apart import apart
from koinon.build.registry.delivery import check_told, version_of
from koinon.build.registry.disk import MAPPING, raw, registry_lock
from koinon.build.registry.entries import Given, Result
from koinon.build.registry.journals import catch_up, read_registered, record
from koinon.build.registry.manifests import Template, later_fields, make_manifest, manifest_toml
from koinon.build.registry.options import Options
from koinon.build.registry.receiving import Received, Weighed, clear_abandoned, receiving
from koinon.build.registry.registered import Registered, State
from koinon.build.registry.registry import Registry, check_new, template_named
from koinon.build.registry.room import Room
from koinon.build.registry.tokens import Token
from koinon.build.source_manifest import MANIFEST, Manifest
from koinon.model.errors import ConfigurationError, NotFoundError, SourceError
from koinon.release.paths import Home

EXTERNAL: Final = "external"
"""The kind of what is contributed: nobody hands in lists that others are judged by."""
_JUDGING: Final = "reference"

Condition = Callable[[Registered | None], None]
"""Raises where the source is not in the state that a client has stated; asked with the lock held."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody hands in: files by name, the mapping that reads them (or nothing) by name, and the options."""

    slug: str
    files: tuple[tuple[str, bytes], ...]
    mapping: str
    options: Options


@dataclass(frozen=True, slots=True)
class Prepared:
    """An offer with the version that it would become, its manifest and, for a table, its mapping."""

    offer: Offer
    given: Given
    manifest: bytes
    mapping: bytes | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A source after a contribution or withdrawal, with the last line of the audit log and that line's hash.

    ``changed`` is false where all was so already, and nothing was written.
    """

    source: Registered
    changed: bool
    line: int
    head: str


@dataclass(frozen=True, slots=True)
class Contributions:
    """What tokens do with the sources of one registry."""

    registry: Registry
    room: Room

    @classmethod
    def of(cls, registry: Registry) -> Self:
        """Return those of a registry, with the room that its settings give."""
        return cls(registry, Room(registry.home.sources, registry.settings.sources_quota))

    @property
    def home(self) -> Home:
        """The home whose sources these are."""
        return self.registry.home

    def find(self, slug: str) -> Registered | None:
        """Return a registered source or None; raises SourceError (``journal``) for a damaged one."""
        try:
            return read_registered(self.home, slug)
        except NotFoundError:
            return None

    def prepare(self, offer: Offer, token: Token) -> Prepared:
        """Return the version that an offer would become; nothing is written.

        Raises SourceError where it is refused for what it says of itself, ConfigurationError where its name is
        taken or there is no such mapping.
        """
        source = self.find(offer.slug)
        if source is None:
            check_new(self.home, offer.slug)
        elif source.state is State.PURGING:
            raise ConfigurationError(f"{offer.slug} is being removed for good. Choose another name.")
        template = self._template(offer, source)
        weighed = Weighed(self.home, offer.slug, self.registry.settings.max_source)
        for name, content in offer.files:
            weighed.pieces(name, [content])
            _check_format(weighed, template)
        options = _options(offer.slug, offer.options, source, token, template)
        manifest = self._manifest(offer.slug, source, template, options, weighed)
        _check_kind(manifest)
        given = version_of(manifest, weighed, template, options)
        return Prepared(offer, given, manifest_toml(manifest), template.content if template else None)

    def unchanged(self, prepared: Prepared) -> Taken | None:
        """Return the source where it has this very content in force already; nothing is to be done then."""
        source = self.find(prepared.offer.slug)
        if source is None or not _in_force(source, prepared.given):
            return None
        with registry_lock(self.home):
            return self._taken(source, changed=False)

    def take(self, prepared: Prepared, result: Result, token: Token, condition: Condition) -> Taken:
        """Make an offer that was judged to be good the source's version in force; it is on the disk afterwards.

        Raises what ``condition`` does, ConfigurationError where the source was changed so that it cannot be, and
        StorageError; nothing has changed then.
        """
        slug, given = prepared.offer.slug, prepared.given
        size = sum(len(content) for _, content in prepared.offer.files)
        self.room.check(size)
        with receiving(self.home, slug, self.registry.settings.max_source) as received:
            for name, content in prepared.offer.files:
                received.pieces(name, [content])
            received.text(MANIFEST, prepared.manifest)
            if prepared.mapping is not None:
                received.text(MAPPING, prepared.mapping)
            with registry_lock(self.home):
                source = self.find(slug)
                if source is not None and _in_force(source, given):
                    return self._taken(source, changed=False)
                condition(source)
                if source is None:
                    check_new(self.home, slug)
                elif source.state is State.PURGING:
                    raise ConfigurationError(f"{slug} is being removed for good. Choose another name.")
                clear_abandoned(self.home)
                received.settle(raw(self.home, slug))
                by = token.label
                source = record(self.home, slug, "put", by, given=given, result=result, token=token.id)
                self.room.take(size)
                return self._taken(source, changed=True)

    def withdraw(self, slug: str, token: Token, reason: str | None, condition: Condition) -> Taken:
        """Leave a source out from the next release on; what was handed in stays kept.

        Raises NotFoundError, what ``condition`` does, ConfigurationError for what is not a contributor's, and
        StorageError.
        """
        with registry_lock(self.home):
            source = read_registered(self.home, slug)
            if source.state in {State.WITHDRAWN, State.PURGING}:
                return self._taken(source, changed=False)
            condition(source)
            _check_kind(self.registry.manifest(slug, source.latest))
            source = record(self.home, slug, "withdraw", token.label, reason=reason, token=token.id)
            return self._taken(source, changed=True)

    def _taken(self, source: Registered, *, changed: bool) -> Taken:
        chain = catch_up(self.home)
        return Taken(source, changed, chain.number, chain.head)

    def _template(self, offer: Offer, source: Registered | None) -> Template | None:
        earlier = source.latest.mapping if source else None
        name = offer.mapping or (earlier.name if earlier else "")
        if not name:
            return None
        try:
            template = template_named(self.registry.assets, name)
        except ConfigurationError as error:
            raise SourceError(offer.slug, "mapping", "mapping", str(error)) from error
        if template is None or not (template.shared or template.slug == offer.slug):
            raise SourceError(offer.slug, "mapping", "mapping", f"there is no mapping {name!r} for this source")
        return template

    def _manifest(
        self,
        slug: str,
        source: Registered | None,
        template: Template | None,
        options: Options,
        received: Received,
    ) -> Manifest:
        base: dict[str, object] = {"kind": EXTERNAL}
        if template is not None:
            check_told(slug, template, options)
            base = template.fields_for(slug)
        elif source is not None:
            base = later_fields(self.registry.manifest(slug, source.latest), received.files)
            base.pop("mapping", None)
        manifest = make_manifest(slug, base, options, received.files, datetime.now(UTC).date())
        return apart(self.home, slug, manifest)


def _options(
    slug: str, given: Options, source: Registered | None, token: Token, template: Template | None
) -> Options:
    """Return what holds for the version: what is given, what was given earlier, and what the operator allows."""
    options = given.over(Options.of(source.latest.options)) if source else given
    mints = token.mints or options.mints
    if not mints and source is None and template is None:
        mints = (f"*/{slug}", f"*/{slug}-*")
    return replace(options, mints=tuple(mints) if mints else None)


def _in_force(source: Registered, given: Given) -> bool:
    accepted = source.accepted
    return accepted is not None and source.latest.same == given.same and not source.waiting


def _check_kind(manifest: Manifest) -> None:
    if manifest.kind == _JUDGING:
        raise ConfigurationError(
            f"{manifest.slug} holds lists that other sources are judged by. The operator hands it in, and "
            "withdraws it, by command."
        )


def _check_format(received: Received, template: Template | None) -> None:
    name = received.files[-1].name
    if template is None and not name.lower().endswith(tuple(FORMATS)):
        detail = f"this is no RDF file ({', '.join(FORMATS)}), and no mapping is named that reads it"
        raise SourceError(received.slug, "format", name, detail)
