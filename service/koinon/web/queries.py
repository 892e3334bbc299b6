"""``/queries``: the query catalogue as pages, forms and REST calls with typed parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from koinon.model.addresses import name_of
from koinon.model.errors import ParameterError, QueryError
from koinon.model.languages import best_label
from koinon.model.namespaces import CANONICAL
from koinon.publish.collections import entries
from koinon.publish.credits import Credit, credits_of, graphs_naming
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.query.catalogue import CatalogueQuery
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES, Job
from koinon.web.answering import AnswerResponse
from koinon.web.door import Door, PageFrame, html
from koinon.web.problems import ProblemError, ProblemView
from koinon.web.representations import (
    HTML,
    JSON,
    PAGE,
    PAGE_ALONE,
    Form,
    Offer,
    alternate_link,
    alternates,
    caching,
    credit_links,
    entity_tag,
    form_of,
    is_unchanged,
    negotiate,
    not_modified,
    split_suffix,
)
from koinon.web.result_drawings import Chart, ResultMap, chart_of, map_of
from koinon.web.results import Table, check_size, named_in, result_table
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

_ROWS_SHOWN: Final = 1000
_TEXT_SHOWN: Final = 2**20
_CHOICES: Final = 500
_BINDING_FORMS: Final = (
    PAGE,
    Form(BINDING_TYPES[0], "json", "JSON"),
    Form("text/csv", "csv", "CSV"),
    Form("text/tab-separated-values", "tsv", "TSV"),
    Form(BINDING_TYPES[1], "xml", "XML"),
    Form(JSON, "", "JSON"),
)
_GRAPH_FORMS: Final = (
    PAGE,
    Form("application/ld+json", "jsonld", "JSON-LD"),
    Form("text/turtle", "ttl", "Turtle"),
    Form("application/n-triples", "nt", "N-Triples"),
    Form("application/rdf+xml", "rdf", "RDF/XML"),
    Form(JSON, "json", "JSON-LD"),
)
_LIST_FORMS: Final = (PAGE_ALONE, Form(JSON, "json", "JSON"))
_ALL_FORMS: Final = (*_BINDING_FORMS, *_GRAPH_FORMS)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a query's form; ``choices`` are the things it may name, as written values and labels."""

    name: str
    label: Text
    kind: str
    value: str
    choices: tuple[tuple[str, Text], ...]


@reads(router, "/queries")
async def catalogue(request: Request) -> Response:
    """List the questions that the catalogue answers: as a page, or as JSON with their parameters."""
    return await _catalogue(request, None)


@reads(router, "/queries.{suffix}")
async def catalogue_form(request: Request, suffix: Annotated[str, Path(description="json")]) -> Response:
    """List the questions in the form of the suffix."""
    return await _catalogue(request, form_of(suffix, _LIST_FORMS))


async def _catalogue(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    language = reader.language
    async with door.release() as served:
        chosen = Offer("/queries", _LIST_FORMS).choose(request, reader, served.edition, fixed)
        if chosen.is_unchanged:
            return not_modified(chosen.headers)
        if not chosen.is_page:
            listed = [_listed(query, reader.absolute(f"/queries/{query.name}")) for query in served.catalogue]
            return JSONResponse({"queries": listed}, headers=chosen.headers)
        questions = [(query, described(query.title, language), described(query.description, language))
                     for query in served.catalogue]  # fmt: skip
    return await html(request, "queries.html", headers=chosen.headers, questions=questions)


@reads(router, "/queries/{name}")
async def question(
    request: Request, name: Annotated[str, Path(description="Name of the query, with or without suffix.")]
) -> Response:
    """Answer one question of the catalogue; its parameters are those of the address."""
    stem, named = split_suffix(name, _ALL_FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        query = served.catalogue[stem]
        forms = _BINDING_FORMS if query.form in ("select", "ask") else _GRAPH_FORMS
        fixed = next((form for form in forms if named and form.suffix == named.suffix), None)
        if named and fixed is None:
            raise ProblemError("not-acceptable", f"This query has no form .{named.suffix}.")
        form = negotiate(request, forms, fixed)
        values = _values(request)
        if form.media_type == HTML:
            return await _page(request, served, query, values, forms)
        headers = caching(entity_tag(served.edition, reader, form.media_type), None)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        means = {JSON: (BINDING_TYPES[0], GRAPH_TYPES[1])}.get(form.media_type, (form.media_type,))
        answer = await door.ask(request, served, Job(query.bind(values), means), query.budget)
        if not served.release.manifest.imported:
            headers["Link"] = credit_links("../")
        return AnswerResponse(answer, form.media_type, headers)


def _listed(query: CatalogueQuery, address: str) -> dict[str, object]:
    """Return what a program needs to ask the question; texts are by language tag."""
    parameters = {
        name: {"kind": parameter.kind, "label": parameter.label, "default": written(query.defaults[name])}
        for name, parameter in query.parameters.items()
    }
    return {
        "name": query.name,
        "url": address,
        "form": query.form,
        "title": dict(query.title),
        "description": dict(query.description),
        "audience": query.audience,
        "parameters": parameters,
    }


def described(texts: Mapping[str, str], language: str) -> Text:
    """Return a text of the catalogue for a reader of ``language``."""
    found = best_label(texts, language)
    return Text(*found) if found else Text("")


def _values(request: Request) -> dict[str, str]:
    """Return the parameters of the address that are filled in; ``lang`` is the page's, unless the query has it."""
    items = request.query_params.multi_items()
    names = [name for name, _ in items]
    for name in names:
        if names.count(name) > 1:
            raise ParameterError(f"The parameter {name} is given more than once.")
    return {name: value for name, value in items if value.strip() and name != "lang"}


async def _page(
    request: Request, served: Served, query: CatalogueQuery, values: Mapping[str, str], forms: Sequence[Form]
) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    select = query.form in ("select", "ask")
    text, answer, problem = "", None, None
    edition = f"{served.edition} {request.url.query}"
    headers = caching(entity_tag(edition, reader, HTML), reader.language)
    try:
        text = query.bind(values)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        job = Job(text, (BINDING_TYPES[0] if select else GRAPH_TYPES[0],))
        answer = check_size(await door.ask(request, served, job, query.budget))
    except QueryError as error:
        if "html" not in request.headers.get("accept", ""):
            raise  # a program that takes anything gets the problem as one
        problem = ProblemView.of(error)

    graph = next(answer.chunks(_TEXT_SHOWN), b"").decode(errors="replace") if answer and not select else ""

    def build() -> tuple[Table | None, Chart | None, ResultMap | None, list[Field], tuple[Credit, ...]]:
        naming = Naming(served.store, served.vocabulary, reader.language)
        table = result_table(answer.body, _ROWS_SHOWN, naming) if answer and select else None
        things = table.things if table else named_in(graph)
        credits = credits_of(served.store, graphs_naming(served.store, things), reader.language)
        chart = chart_of(table, naming, query.chart) if table and query.chart else None
        drawn = map_of(table, served.store, naming, query.map) if table and query.map else None
        fields = [_field(name, served, query, values, reader.language) for name in query.parameters]
        return table, chart, drawn, fields, credits

    table, chart, drawn, fields, credits = await door.make(request, build)
    path = f"/queries/{query.name}"
    search = f"?{request.url.query}" if request.url.query else ""
    links = [(address + search, form) for address, form in alternates(reader, path, forms)]
    return await html(
        request,
        "query.html",
        status=problem.kind.status if problem else 200,
        frame=PageFrame(links, "", values),
        headers=({} if problem else headers) | {"Link": ", ".join(map(alternate_link, links))},
        query=query,
        title=described(query.title, reader.language),
        description=described(query.description, reader.language),
        text=text,
        table=table,
        chart=chart,
        map=drawn,
        credits=credits,
        graph=graph,
        seconds=answer.seconds if answer else 0.0,
        problem=problem,
        fields=fields,
        release=served.release,
    )


def _field(name: str, served: Served, query: CatalogueQuery, values: Mapping[str, str], language: str) -> Field:
    parameter = query.parameters[name]
    choices: tuple[tuple[str, Text], ...] = ()
    if parameter.of_class:
        found = entries(served.contents, parameter.of_class, language, _CHOICES)
        choices = tuple((short_value(entry.iri), entry.label) for entry in found)
    value = values.get(name) or written(query.defaults[name])
    return Field(name, described(parameter.label, language), parameter.kind, short_value(value), choices)


def written(term: str) -> str:
    """Return a SPARQL term as people write it in the form: without its brackets or quotes."""
    if term.startswith("<"):
        return term[1:-1]
    return term.split('"')[1] if term.startswith('"') else term


def short_value(iri: str) -> str:
    """Return the short form of one of our IRIs that a parameter takes: ``project/resist``, ``code/role/host``."""
    return name_of(iri).removeprefix(CANONICAL)
