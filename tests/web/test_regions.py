"""Pages of regions, the bridge of two of them, and the partners of an actor, as clients get them."""

import csv
import io
import json
import urllib.error
import urllib.request

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CODE, DCT, ID
from serving import Service

RATING = URIRef("https://schema.org/ratingValue")
BRIDGE = "/regions/PL63/with/ITG1"


class Unled(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def get(server: Service, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(f"{server}{path}", headers=headers)
    try:
        with urllib.request.build_opener(Unled()).open(request, timeout=30) as answer:
            return answer.status, dict(answer.headers.items()), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers.items()), error.read().decode()


def test_the_bridge_names_projects_bodies_model_and_what_is_only_implied(server: Service) -> None:
    status, _, page = get(server, BRIDGE)
    assert status == 200
    for text in ("RESIST", "SEA4NEB", "Horcynus Orca Foundation", "cluster of social and ecological innovation"):
        assert text in page
    assert "implied: <span>the page names these words only as the title of a policy document" in page.replace(
        '<span lang="en" dir="ltr">', "<span>"
    )
    assert "No project is known to be at work in both regions." in page


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_every_kind_of_page_speaks_every_language(server: Service, language: str) -> None:
    for path in (BRIDGE, "/regions/PL63", "/actors/pscop/partners"):
        status, headers, page = get(server, f"{path}?lang={language}")
        assert (status, headers["content-language"]) == (200, language)
        assert f'<html lang="{language}"' in page


def test_names_and_old_spellings_lead_to_the_code(server: Service) -> None:
    for asked, wanted in (
        ("/regions/pomorskie", "/regions/PL63"),
        ("/regions/pl63", "/regions/PL63"),
        ("/regions/pomorskie/with/sicily", BRIDGE),
        ("/regions/PL63/with/sicily.csv", f"{BRIDGE}.csv"),
        ("/regions/PL63/with?region=ITG1", BRIDGE),
        ("/regions/pomorskie?lang=pl", "/regions/PL63?lang=pl"),
    ):
        status, headers, _ = get(server, asked)
        assert (status, headers["location"].removeprefix(str(server))) == (303, wanted)


def test_a_region_leads_to_those_it_shares_projects_or_a_model_with(server: Service) -> None:
    _, _, page = get(server, "/regions/PL63")
    assert "/regions/PL63/with/DE60" in page, "RESIST is at work in Hamburg"
    assert f'{BRIDGE}"' in page, "SEA4NEB is on the same model, in Sicily"


def test_two_regions_of_which_one_holds_the_other_are_refused(server: Service) -> None:
    for path in ("/regions/PL6/with/PL63", "/regions/PL63/with/PL63"):
        status, headers, body = get(server, path, Accept="application/json")
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert "neither holds the other" in json.loads(body)["detail"]


@pytest.mark.parametrize(
    "path", ["/regions/XX99", "/regions/%F0%9F%90%9F", "/regions/PL63/with/XX99", "/actors/nobody/partners"]
)
def test_what_nobody_knows_is_a_clear_problem(server: Service, path: str) -> None:
    status, headers, body = get(server, path, Accept="application/json")
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert len(json.loads(body)["detail"]) > 30


def test_the_table_has_a_row_for_each_statement_with_its_source(server: Service) -> None:
    _, headers, text = get(server, f"{BRIDGE}.csv")
    assert headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    model = [row for row in rows if row["relation"] == "cluster-model-in-common"]
    assert {(row["region"], row["with_label"], row["basis"]) for row in model} == {
        ("PL63", "RESIST", "stated"),
        ("ITG1", "SEA4NEB", "implied"),
    }
    assert all(row["sources"] for row in rows)
    assert {"should-meet", "way", "theme-in-common"} <= {row["relation"] for row in rows}


def test_json_ld_says_what_the_page_says(server: Service) -> None:
    _, headers, text = get(server, BRIDGE, Accept="application/ld+json")
    assert headers["content-type"] == "application/ld+json"
    graph = Graph().parse(data=text, format="json-ld")
    about = URIRef(f"{server}{BRIDGE}")
    places = {str(o) for o in graph.objects(about, URIRef(DCT + "spatial"))}
    assert places == {f"{ID}place/pomorskie", f"{ID}place/sicily"}
    assert URIRef(f"{CODE}cluster-model/csei") in set(graph.objects(about, URIRef(DCT + "subject")))


def test_a_page_is_not_sent_twice(server: Service) -> None:
    _, headers, _ = get(server, BRIDGE)
    status, _, body = get(server, BRIDGE, **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, "")


def test_an_actor_has_partners_and_is_told_whom_to_meet(server: Service) -> None:
    _, _, page = get(server, "/actors/pscop/partners")
    assert "Agder" in page.split("Partners so far")[1]
    assert "Horcynus Orca Foundation" in page.split("Partners so far")[0]


@pytest.mark.parametrize("path", ["/regions/PL63", "/actors/pscop/partners"])
def test_every_page_about_regions_is_data_too(server: Service, path: str) -> None:
    _, headers, text = get(server, f"{path}.csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert "RESIST" in text
    assert {"project-here", "projects-in-common"} <= {row["relation"] for row in rows} or {
        "partner",
        "should-meet",
    } == {row["relation"] for row in rows}
    _, headers, text = get(server, path, Accept="application/ld+json")
    assert headers["content-location"] == f"{path}.jsonld"
    graph = Graph().parse(data=text, format="json-ld")
    assert len(set(graph.predicates(URIRef(f"{server}{path}")))) >= 4


@pytest.mark.parametrize("path", [BRIDGE, "/regions/PL63", "/actors/pscop/partners"])
def test_every_syntax_says_what_json_ld_says(server: Service, path: str) -> None:
    def read(text: str, syntax: str) -> Graph:
        """Read a graph; numbers as numbers, since rdflib takes JSON's 1.0 for a double, which JSON-LD does not."""
        graph = Graph()
        for s, p, o in Graph().parse(data=text, format=syntax):
            graph.add((s, p, Literal(float(o)) if p == RATING else o))
        return graph

    said = read(get(server, f"{path}.jsonld")[2], "json-ld")
    assert len(said) > 10
    for suffix, syntax in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")):
        status, _, text = get(server, f"{path}.{suffix}")
        assert status == 200
        assert isomorphic(read(text, syntax), said), suffix
    assert get(server, path, Accept="text/turtle")[1]["content-type"].startswith("text/turtle")
