"""Handing sources in and deciding about them: each change is on the disk, whole, before its function returns."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from koinon.build.checking import Checked, check_path
from koinon.build.registry.active import lay_out
from koinon.build.registry.delivery import Delivery
from koinon.build.registry.disk import journal, raw, registry_lock
from koinon.build.registry.entries import Action, Given, Result
from koinon.build.registry.fetching import Fetcher
from koinon.build.registry.harvest.harvesting import Harvester
from koinon.build.registry.journals import catch_up, read_registered, record
from koinon.build.registry.manifests import Template, read_template
from koinon.build.registry.options import Options
from koinon.build.registry.receiving import Received, clear_abandoned, receiving
from koinon.build.registry.registered import Registered, State
from koinon.build.source_manifest import RESERVED, Manifest, Slug
from koinon.build.sources import parse_manifest
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, NotFoundError, SourceError
from koinon.model.settings import Settings
from koinon.release.current import current_id, open_current
from koinon.release.paths import Home

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)


@dataclass(frozen=True, slots=True)
class Change:
    """A source after an operation; ``changed`` is false where all was so already, and nothing was written.

    ``told`` says what came of a harvest.
    """

    source: Registered
    changed: bool
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """The sources of one home; ``by`` is the label under which changes are written down."""

    settings: Settings
    assets: Assets
    by: str

    @property
    def home(self) -> Home:
        """The home whose sources these are."""
        return Home(self.settings.home.absolute())

    def add(self, name: str, items: Sequence[str], options: Options, mapping: str | None = None) -> Change:
        """Register a source: under the slug of the mapping ``name``, or where there is none as ``name``.

        ``mapping`` is one that many sources use; ``name`` is then the source's own. ``items`` are files, or one
        source folder, or one address. Raises ConfigurationError (wrong use), SourceError (what is handed in is
        refused) or StorageError; in each case nothing has changed.
        """
        slug, template = self._under(name, mapping)
        self._check_new(slug)
        delivery = self._delivery(slug, items, options, template, None)
        with receiving(self.home, slug, self.settings.max_source) as received:
            given = delivery.into(received)
            if given is None:
                raise AssertionError(slug)  # a source that is new has no state in which it could still be
            with registry_lock(self.home):
                self._check_new(slug)
                return Change(self._settle(received, "add", given), changed=True, told=tuple(delivery.told))

    def update(self, slug: str, items: Sequence[str], options: Options) -> Change:
        """Hand in a new version of a registered source; without ``items``, its address is asked again.

        Nothing changes where files, mapping and manifest are those of the latest version. Raises as ``add``.
        """
        source = self.get(slug)
        latest = source.latest
        items = items or [file.address for file in latest.files if file.address]
        if not items:
            raise ConfigurationError(f"Give the new file: koinon source update {slug} FILE")
        template = self._template(latest.mapping.name) if latest.mapping else None
        stored = Options.of(latest.options)
        earlier = self.manifest(slug, latest)
        etag = latest.files[0].etag if [latest.files[0].address] == list(items) else None
        delivery = self._delivery(slug, items, options.over(stored), template, earlier, etag)
        with receiving(self.home, slug, self.settings.max_source) as received:
            given = delivery.into(received)
            with registry_lock(self.home):
                source = self.get(slug)
                if given is None or source.latest.same == given.same:
                    catch_up(self.home)
                    return Change(source, changed=False, told=tuple(delivery.told))
                return Change(self._settle(received, "update", given), changed=True, told=tuple(delivery.told))

    def check(self, slug: str) -> tuple[Registered, Checked]:
        """Judge the latest version as a build would, and write the result down; raises as ``add``."""
        source = self.get(slug)
        version = source.latest
        with lay_out(self.home, slug, version) as folder:
            report = check_path(folder, self.settings, self.assets)
        with registry_lock(self.home):
            self._check_still(source)
            source = record(self.home, slug, "check", self.by, version=version.version, result=Result.of(report))
        return source, report

    def accept(self, slug: str) -> Change:
        """Put the latest version into the next build; raises SourceError (``refused``) if its check refused it."""
        source = self.get(slug)
        if not source.waiting:
            with registry_lock(self.home):
                catch_up(self.home)
            return Change(source, changed=False)
        version = source.latest.version
        result = source.result(version)
        if result is None:
            source, report = self.check(slug)
            result = Result.of(report)
        if not result.accepted:
            detail = f"its check found {result.refused} faults; `koinon source check {slug}` shows them"
            raise SourceError(slug, "refused", f"version {version}", detail)
        with registry_lock(self.home):
            self._check_still(source)
            return Change(record(self.home, slug, "accept", self.by, version=version), changed=True)

    def withdraw(self, slug: str, reason: str | None) -> Change:
        """Leave a source out from the next release on; what was handed in stays kept."""
        with registry_lock(self.home):
            source = self.get(slug)
            if source.state in {State.WITHDRAWN, State.PURGING}:
                catch_up(self.home)
                return Change(source, changed=False)
            return Change(record(self.home, slug, "withdraw", self.by, reason=reason), changed=True)

    @staticmethod
    def slug(name: str) -> str:
        """Return a name that may be that of a source; raises ConfigurationError for any other."""
        return _slug(name)

    def get(self, slug: str) -> Registered:
        """Return a registered source; raises NotFoundError, ConfigurationError, SourceError (``journal``)."""
        return read_registered(self.home, _slug(slug))

    def manifest(self, slug: str, version: Given) -> Manifest:
        """Return the manifest of a version; raises SourceError (``raw-damaged``)."""
        path = raw(self.home, slug) / version.manifest
        manifest = parse_manifest(path)
        if not isinstance(manifest, Manifest):
            raise SourceError(slug, "raw-damaged", str(path), f"{manifest.detail}. Put it back from a copy.")
        return manifest

    def _delivery(
        self,
        slug: str,
        items: Sequence[str],
        options: Options,
        template: Template | None,
        earlier: Manifest | None,
        etag: str | None = None,
    ) -> Delivery:
        fetcher = Fetcher(self.settings.allowed_hosts, self.settings.fetch_timeout)
        return Delivery(
            slug, items, options, template, earlier, fetcher, Harvester(self.settings, self.assets), etag
        )

    def _template(self, name: str) -> Template | None:
        return template_named(self.assets, name)

    def _under(self, name: str, mapping: str | None) -> tuple[str, Template | None]:
        """Return the slug of a new source and the template of its mapping, if it has one."""
        template = self._template(mapping or name)
        if mapping is None:
            if template is None:
                return _slug(name), None
            if template.shared:
                raise ConfigurationError(
                    f"Many sources come under the mapping {name}. Give yours a name of its own: "
                    f"koinon source add NAME FILE --mapping {name}"
                )
            return template.slug, template
        if template is None:
            raise ConfigurationError(f"There is no mapping {mapping!r}; docs/mappings.md says how to write one.")
        if not template.shared:
            raise ConfigurationError(f"The mapping {mapping} is for one source: koinon source add {mapping} FILE")
        return _slug(name), template

    def _check_new(self, slug: str) -> None:
        check_new(self.home, slug)

    def _check_still(self, source: Registered) -> None:
        now = self.get(source.slug)
        if now.latest.version != source.latest.version or now.state is State.PURGING:
            raise ConfigurationError(f"{source.slug} was changed meanwhile. Look at it, then try again.")

    def _settle(self, received: Received, action: Action, given: Given) -> Registered:
        clear_abandoned(self.home)
        received.settle(raw(self.home, received.slug))
        return record(self.home, received.slug, action, self.by, given=given)


def template_named(assets: Assets, name: str) -> Template | None:
    """Return the template of a mapping of Koinon's, or None; raises ConfigurationError for a wrong one."""
    path = assets.data / "mappings" / f"{_slug(name)}.toml"
    if not path.is_file():
        return None
    template = read_template(path)
    _slug(template.slug)
    return template


def check_new(home: Home, slug: str) -> None:
    """Raise ConfigurationError where a source, registered or not, has this name already."""
    if journal(home, slug).exists():
        try:
            state = read_registered(home, slug).state
        except NotFoundError:
            return  # a crash left a journal without a whole line
        raise ConfigurationError(
            f"{slug} is registered already ({state}). Hand in a new file: `koinon source update {slug} FILE`."
        )
    release = open_current(home) if current_id(home) else None
    if release and release.manifest.graph(slug):
        raise ConfigurationError(
            f"The current release has a source {slug} that is not registered. Choose another name, or leave "
            "that source's folder out of the next build first."
        )


def label(text: str) -> str:
    """Return a label for who does something; raises ConfigurationError where it is none."""
    text = text.strip()
    if not 0 < len(text) <= 60 or "@" in text or any(unicodedata.category(c).startswith("C") for c in text):
        raise ConfigurationError(
            f"{text!r} is no label for who does this. Give a role with --by or KOINON_OPERATOR, such as 'registry "
            "desk': up to 60 characters, no name of a person and no address."
        )
    return text


def _slug(name: str) -> str:
    try:
        slug = _SLUG.validate_python(name)
    except ValidationError as error:
        raise ConfigurationError(
            f"{name!r} is no name for a source. Names have small letters, digits and single hyphens between them."
        ) from error
    if slug in RESERVED:
        raise ConfigurationError(f"{slug} is the name of a graph that Koinon makes itself. Choose another.")
    return slug
