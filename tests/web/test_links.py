"""A link is a page with its evidence, a mapping for programs, and a row of a table that others read."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from html_check import check_html
from koinon.build.linking.linksets import linkset
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import GRAPH
from koinon.publish.links.waterfall import WIDTH, waterfall
from koinon.release.chained import START
from koinon.release.disputes import ACCEPTED_FILE, State, decide, dispute, write_accepted
from koinon.release.judgements import Judgements
from koinon.release.links import FILE, LINK, Run, write_links
from koinon.release.paths import Home
from made_links import REASONS, RELEASE, STATES, TURTLE, iri, linked_release, made_link
from small_release import make_release, service_on

PROPOSED = made_link("alpha", "beta")
REJECTED = made_link("beta", "delta")
SSSOM = "https://w3id.org/sssom/"


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return linked_release(tmp_path_factory.mktemp("linked"))


@pytest.fixture(scope="module")
def client(linked: Home) -> Iterator[httpx.Client]:
    with service_on(linked) as client:
        yield client


def page(client: httpx.Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_pages_are_valid_in_every_language(client: httpx.Client, language: str) -> None:
    for address in ("/links", f"/links/{PROPOSED.id}", f"/disputes?link={PROPOSED.id}", "/links/review"):
        check_html(page(client, address, language))


def test_a_page_tells_the_reasons_in_words_and_as_a_picture_that_ends_at_the_probability(
    client: httpx.Client,
) -> None:
    text = page(client, f"/links/{PROPOSED.id}")
    assert "60.0%" in text
    for reason in REASONS[:2]:
        assert reason.text in text
    assert text.count('<rect class="bar"') == len(REASONS) + 1
    drawn = waterfall(REASONS)
    assert drawn
    assert drawn.total == pytest.approx(sum(reason.weight for reason in REASONS))
    ends = [step.after for step in drawn.steps]
    assert ends == pytest.approx([-6.0, 3.5, 1.8, 2.2]), "what was true before comes first, the second look last"
    assert all(step.x >= 0 and step.x + step.width <= WIDTH + 0.2 for step in drawn.steps)
    assert [step.feature for step in drawn.speaking] == ["meanings", "city"]


def test_two_records_stand_side_by_side_with_what_differs_marked(client: httpx.Client) -> None:
    text = page(client, f"/links/{REJECTED.id}")
    rows = dict(re.findall(r'<tr class="([a-z-]*)">\s*<th scope="row">\s*(\w+)', text))
    assert rows.keys() >= {"different", "same"}
    assert "<mark>Beta</mark>" in text
    assert "<mark>Athens</mark>" in text
    assert "<mark>GR</mark>" not in text


@pytest.mark.parametrize(
    ("language", "tag"), [("en", ' lang="el" dir="ltr"'), ("fr", ' lang="el" dir="ltr"'), ("el", "")]
)
def test_a_name_in_another_language_than_the_page_says_in_which(
    client: httpx.Client, language: str, tag: str
) -> None:
    text = page(client, f"/links/{PROPOSED.id}", language)
    assert f"<bdi{tag}><mark>Άλφα</mark></bdi>" in text
    hidden = re.findall(r'class="visually-hidden">: (.*?)</a>', page(client, "/links", "fr"))
    assert len(hidden) == len(STATES)
    assert all(both.count('<span lang="en" dir="ltr">') == 2 for both in hidden)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("Records of the same thing", "Concepts that mean the same")),
        ("pl", ("Zapisy tej samej rzeczy", "Pojęcia o tym samym znaczeniu")),
    ],
)
def test_the_linksets_have_names_in_the_language_of_the_page(
    tmp_path: Path, language: str, names: tuple[str, str]
) -> None:
    home = make_release(tmp_path, RELEASE, TURTLE)
    links = [
        replace(made_link("alpha", "beta"), linkset="links-identity"),
        replace(made_link("alpha", "gamma"), linkset="links-concepts"),
    ]
    write_links(home.release(RELEASE) / FILE, links, Run("1.0.0", "", {"links-identity": {}, "links-concepts": {}}))
    with service_on(home) as client:
        text = page(client, "/links", language)
        assert all(text.count(f">{name}<") == 2 for name in names), "to choose by, and with how good they are"
        assert f">{names[0]}</a>" in page(client, f"/links/{PROPOSED.id}", language)


@pytest.mark.parametrize("form", ["ttl", "jsonld", "nt", "rdf", "trig"])
def test_a_link_is_a_mapping_in_every_form(client: httpx.Client, form: str) -> None:
    answer = client.get(f"/links/{PROPOSED.id}.{form}")
    assert answer.status_code == 200
    assert "Mapping" in answer.text
    assert PROPOSED.id in answer.text


def test_a_mapping_says_what_is_mapped_and_how_sure_that_is(client: httpx.Client) -> None:
    said = {q.predicate.value: q.object.value for q in parse(
        client.get(f"/links/{PROPOSED.id}.nt").content, RdfFormat.N_TRIPLES
    ) if q.subject.value == PROPOSED.iri}  # fmt: skip
    owl = "http://www.w3.org/2002/07/owl#annotated"
    assert (said[owl + "Source"], said[owl + "Target"]) == (PROPOSED.subject, PROPOSED.object)
    assert said[SSSOM + "confidence"] == "0.6"


def test_what_reviewers_rejected_is_surely_not_the_same_in_every_form(client: httpx.Client) -> None:
    said = {q.predicate.value: q.object.value for q in parse(
        client.get(f"/links/{REJECTED.id}.nt").content, RdfFormat.N_TRIPLES
    ) if q.subject.value == REJECTED.iri}  # fmt: skip
    assert said[SSSOM + "predicate_modifier"] == SSSOM + "NegatedPredicate"
    assert said[SSSOM + "confidence"] == "0.99"
    plain = next(link for link in client.get("/links.json").json()["links"] if link["id"] == REJECTED.id)
    assert (plain["confidence"], plain["probability"]) == (0.99, REJECTED.probability)
    together = replace(REJECTED, reviewers=("one", "two"))
    assert together.confidence == 0.999
    assert replace(together, probability=0.0001).confidence == 0.9999, "the linker was surer still"


def test_a_linkset_joins_two_graphs_in_each_of_its_parts() -> None:
    sources = {PROPOSED.subject: "pages", PROPOSED.object: "keep"}
    links = [replace(PROPOSED, state="accepted")]
    triples = list(linkset("links-identity", links, Run("1", ""), sources))
    void, node = "http://rdfs.org/ns/void#", f"{GRAPH}links-identity"
    said = {(t.subject.value, t.predicate.value): t.object.value for t in triples}
    part = said[node, void + "subset"]
    assert said[part, void + "subjectsTarget"] == f"{GRAPH}pages"
    assert said[part, void + "objectsTarget"] == f"{GRAPH}keep"
    assert said[part, void + "triples"] == said[node, void + "triples"] == "1"
    targets = [t for t in triples if t.predicate.value in (void + "subjectsTarget", void + "objectsTarget")]
    assert {t.subject.value for t in targets} == {part}, "functional properties: the whole has no target"


def test_lists_are_paged_by_key_and_every_link_comes_once(client: httpx.Client) -> None:
    seen: list[str] = []
    address = "/links.json?limit=2"
    while address:
        answer = client.get(address).json()
        assert answer["total"] == len(STATES)
        seen += [link["id"] for link in answer["links"]]
        address = answer.get("next", "")
    assert seen == sorted(made_link(*pair).id for pair in STATES)
    links = client.get("/links?limit=2", headers={"Accept": "text/html"}).headers["link"]
    assert re.search(r'<[^>]*/links\?limit=2&after=[0-9a-f]{12}>; rel="next"', links)


def test_filters_choose_and_say_so_where_nothing_is_left(client: httpx.Client) -> None:
    for state in ("proposed", "accepted", "rejected", "disputed"):
        found = client.get("/links.json", params={"state": state}).json()
        assert found["total"] == sum(1 for one, _, _ in STATES.values() if one == state)
        assert {link["state"] for link in found["links"]} == {state}
    assert client.get("/links.json?state=accepted&band=review").json()["total"] == 0
    assert "No link fits all of that." in page(client, "/links?state=accepted&band=review")


@pytest.mark.parametrize(
    "wrong",
    ["state=sure", "band=1", "source=nobody", "linkset=nothing", "after=../x", "limit=0", "limit=501", "limit=x"],
)
def test_what_is_no_choice_is_refused_with_the_choices(client: httpx.Client, wrong: str) -> None:
    answer = client.get(f"/links?{wrong}")
    assert answer.status_code == 400
    assert wrong.partition("=")[0] in answer.json()["detail"]


@pytest.mark.parametrize("name", ["0" * 12, "x", PROPOSED.id.upper() + "z", "a" * 500])
def test_an_unknown_link_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.get(f"/links/{name}").status_code == 404


def test_the_table_has_all_links_and_says_not_of_those_that_were_rejected(client: httpx.Client) -> None:
    answer = client.get("/links.sssom.tsv")
    assert answer.headers["content-type"].startswith("text/tab-separated-values")
    lines = answer.text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    assert '#sssom_version: "1.1"' in head
    rows = list(csv.DictReader([line for line in lines if not line.startswith("#")], delimiter="\t"))
    assert len(rows) == len(STATES)
    by_id = {row["record_id"].replace("link:", LINK): row for row in rows}
    assert by_id[REJECTED.iri]["predicate_modifier"] == "Not"
    assert float(by_id[REJECTED.iri]["confidence"]) == 0.99, "that the two are not the same"
    assert float(by_id[PROPOSED.iri]["confidence"]) == PROPOSED.probability
    assert by_id[PROPOSED.iri]["predicate_modifier"] == ""
    row = by_id[PROPOSED.iri]
    assert row["subject_id"].replace("koinon:", "https://w3id.org/koinon/") == iri("alpha")
    assert row["mapping_justification"] == "semapv:CompositeMatching"
    assert row["subject_label"].startswith("'="), "a spreadsheet takes no label for a formula"
    assert "social = κοινωνική (+9.50)" in row["comment"]
    only = client.get("/links.sssom.tsv?state=rejected").text.splitlines()
    assert sum(1 for line in only if not line.startswith("#")) == 2


def test_an_answer_is_known_by_its_tag_in_each_choice(client: httpx.Client) -> None:
    tag = client.get("/links?state=proposed").headers["etag"]
    assert client.get("/links?state=proposed", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/links?state=proposed").text != client.get("/links?state=accepted").text


def test_links_are_read_as_an_earlier_release_has_them(client: httpx.Client, linked: Home) -> None:
    prefix = f"/releases/{'ab' * 32}"
    answer = client.get(f"{prefix}/links/{PROPOSED.id}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert linked.release("ab" * 32).is_dir()


def test_a_release_without_links_says_so(tmp_path: Path) -> None:
    home = linked_release(tmp_path)
    (home.release("ab" * 32) / "links.sqlite").unlink()
    with service_on(home) as client:
        assert "This release has no links." in page(client, "/links")
        assert client.get("/links.json").json()["links"] == []


def test_the_page_of_a_thing_shows_its_links_and_what_is_disputed_about_it(tmp_path: Path) -> None:
    home = linked_release(tmp_path)
    statement = (iri("gamma"), "http://www.w3.org/2004/02/skos/core#prefLabel", '"Gamma & Co <b>"@en')
    said = dispute(home, "It is called <i>Gamma</i> alone.", statement=statement)
    decide(home, "desk", said.sequence, State.ACCEPTED)
    judgements = Judgements.read(home)
    assert judgements.head != START, "another release"
    write_accepted(home.release(RELEASE) / ACCEPTED_FILE, judgements.disputes)
    with service_on(home) as client:
        text = page(client, "/doc/organisation/gamma")
        check_html(text)
        for pair in (("alpha", "gamma"), ("gamma", "delta")):
            assert f'href="/links/{made_link(*pair).id}"' in text
        assert "It is called &lt;i&gt;Gamma&lt;/i&gt; alone." in text
        assert f"about={iri('gamma').replace(':', '%3A').replace('/', '%2F')}" in text
        assert 'id="disputed"' not in page(client, "/doc/organisation/delta")
        assert made_link("beta", "delta").id not in page(client, "/doc/organisation/delta"), "it was rejected"
