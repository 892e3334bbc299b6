"""The query catalogue: ``.rq`` files that are complete SPARQL, with a head of ``#+`` lines that describes them.

A parameter is one marked line with a valid default, so that each file runs as it stands on any endpoint::

    VALUES ?project { <https://w3id.org/koinon/id/project/respondet> }  #: project
    LIMIT 100  #: limit

Binding replaces the term between the braces (or the number) by another serialised term; nothing else moves.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from koinon.model.errors import ConfigurationError, NotFoundError
from koinon.query.parameters import Parameter, serialise

_HEAD: Final = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)
_MARK: Final = re.compile(
    r"(?P<before>VALUES\s+\?\w+\s+\{|LIMIT|OFFSET)[ ]+(?P<value>.*?)(?P<after>[ ]*\}?)"
    r"[ ]*\#:[ ]*(?P<name>\w+)[ ]*$",
    re.MULTILINE,
)
_FORM: Final = re.compile(r"^\s*(SELECT|CONSTRUCT|ASK|DESCRIBE)\b", re.MULTILINE)

Form = Literal["select", "construct", "ask", "describe"]

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where the package has it: ten times as fast."""


class _Head(BaseModel):
    """The head of a ``.rq`` file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: dict[str, str]
    description: dict[str, str]
    audience: Literal["researcher", "network", "developer"]
    questions: tuple[str, ...] = ()
    budget: float = Field(gt=0, description="Seconds the query may take.")
    parameters: dict[str, Parameter] = {}
    chart: str = ""
    map: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """One question of the catalogue.

    ``title`` and ``description`` are by language tag; ``budget`` is in seconds; ``text`` is the whole file
    without its head; ``defaults`` gives each parameter's default as it stands in the text. ``chart`` is the
    variable whose numbers are better seen as bars, ``map`` the one whose things are better seen where they lie;
    each is empty where there is none.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    audience: str
    questions: tuple[str, ...]
    budget: float
    parameters: Mapping[str, Parameter]
    defaults: Mapping[str, str]
    form: Form
    text: str
    chart: str = ""
    map: str = ""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read one ``.rq`` file; raises ConfigurationError that names the file and what its head lacks."""
        source = path.read_text("utf-8")
        try:
            fields = yaml.load("\n".join(_HEAD.findall(source)), Loader=_LOADER)  # noqa: S506  # it is safe
            head = _Head.model_validate(fields)
        except (ValidationError, yaml.YAMLError) as error:
            raise ConfigurationError(f"{path}: the head (#+ lines) is wrong: {error}") from error
        text = _HEAD.sub("", source).strip() + "\n"
        form = _FORM.search(text)
        if form is None:
            raise ConfigurationError(f"{path}: no line begins with SELECT, CONSTRUCT, ASK or DESCRIBE.")
        defaults = {match["name"]: match["value"] for match in _MARK.finditer(text)}
        if set(defaults) != set(head.parameters):
            raise ConfigurationError(
                f"{path}: the head names the parameters {sorted(head.parameters)}, "
                f"the marked lines {sorted(defaults)}."
            )
        for drawing, variable in (("chart", head.chart), ("map", head.map)):
            if variable and not re.search(rf"[?$]{re.escape(variable)}\b", text):
                raise ConfigurationError(
                    f"{path}: the head names {variable!r} for its {drawing}, the query does not."
                )
        return cls(
            name=path.stem,
            title=head.title,
            description=head.description,
            audience=head.audience,
            questions=head.questions,
            budget=head.budget,
            parameters=head.parameters,
            defaults=defaults,
            form=form[1].lower(),  # type: ignore[arg-type]  # the pattern admits the four forms alone
            text=text,
            chart=head.chart,
            map=head.map,
        )

    def bind(self, values: Mapping[str, str] | None = None) -> str:
        """Return the query's text with the parameters ``values`` in place of their defaults.

        Values are as people write them: ``project/respondet`` or a full IRI, ``2023-01-15``, ``pl``, ``20``. Raises
        ParameterError for an unknown parameter or a value of the wrong kind.
        """
        terms = self.terms(values)
        return _MARK.sub(lambda m: self._filled(m, terms), self.text)

    def terms(self, values: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the serialised term of each parameter: that of the value given, or the default.

        Raises ParameterError as ``bind`` does.
        """
        return {**self.defaults, **serialise(self.name, self.parameters, values or {})}

    @staticmethod
    def _filled(match: re.Match[str], terms: Mapping[str, str]) -> str:
        return f"{match['before']} {terms.get(match['name'], match['value'])}{match['after']}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All questions of the catalogue, by name."""

    queries: Mapping[str, CatalogueQuery]

    def __iter__(self) -> Iterator[CatalogueQuery]:
        """Iterate over the queries in the order of their names."""
        return iter(self.queries.values())

    def __getitem__(self, name: str) -> CatalogueQuery:
        """Return a query by name; raises NotFoundError that lists the names there are."""
        if name not in self.queries:
            raise NotFoundError(f"There is no query “{name}”. There are: {', '.join(self.queries)}.")
        return self.queries[name]


def load_catalogue(folder: Path) -> Catalogue:
    """Read every ``.rq`` file directly in ``folder``; raises ConfigurationError for the first that is wrong."""
    return Catalogue({path.stem: CatalogueQuery.read(path) for path in sorted(folder.glob("*.rq"))})
