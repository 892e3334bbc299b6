"""Concepts of any list meet those of the code lists: one topic, whatever the language, and the reason is given."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from koinon.build.graphs import GraphFile
from koinon.build.linking.concepts import concept_links, concepts_in, rows_of, table_files
from koinon.link.concept_matching import agreement
from koinon.link.concepts import BROAD, CLOSE, EXACT, LEXICAL, MANUAL
from koinon.model.assets import Assets
from koinon.model.errors import VocabularyError
from koinon.model.namespaces import CODE, ID, RDF, SKOS
from koinon.model.settings import Settings
from koinon.release.judgements import Judgement, Judgements, Opinion, Verdict, pair_of
from koinon.release.links import FILE, Links, write_links
from koinon.release.mappings import ACCEPTED, DISPUTED, PROPOSED, REJECTED, Link, Run

ONTOLOGY = Assets.locate(Settings()).ontology
CIRCULAR = CODE + "theme/circular-economy"


@pytest.fixture(scope="module")
def code_lists(tmp_path_factory: pytest.TempPathFactory) -> GraphFile:
    files = sorted((ONTOLOGY / "code").glob("*.ttl"))
    lines = sorted({f"{q.triple} .\n" for path in files for q in parse(path=path, format=RdfFormat.TURTLE)})
    path = tmp_path_factory.mktemp("codes") / "code.nt"
    path.write_text("".join(lines), encoding="utf-8")
    return GraphFile("code", CODE, "vocabulary", {}, path, "", len(lines))


def a_list(folder: Path, slug: str, labels: Iterable[tuple[str, str]], **more: str) -> GraphFile:
    """Return the graph of a list of one concept per label; ``more`` gives other labels, by name of the property."""
    lines = []
    for number, (tag, label) in enumerate(labels):
        iri = f"<{ID}topic/{slug}-{number}>"
        lines += [
            f"{iri} <{RDF}type> <{SKOS}Concept> .\n",
            f"{iri} <{SKOS}inScheme> <{ID}scheme/{slug}> .\n",
            f'{iri} <{SKOS}prefLabel> "{label}"' + (f"@{tag}" if tag else "") + " .\n",
        ]
        lines += [f"{iri} <{name}> {value} .\n" for name, value in more.items()]
    path = folder / f"{slug}.nt"
    path.write_text("".join(sorted(lines)), encoding="utf-8")
    return GraphFile(slug, slug, "page", {}, path, "", len(lines))


def links_of(code_lists: GraphFile, *lists: GraphFile, judgements: Judgements | None = None) -> list[Link]:
    found = concept_links([code_lists, *lists], ONTOLOGY, judgements or Judgements()).links
    return [link for link in found if link.subject.startswith(ID)]


def test_three_names_of_the_circular_economy_are_one_topic(code_lists: GraphFile, tmp_path: Path) -> None:
    italian = a_list(tmp_path, "red", [("it", "Economia circolare")])
    polish = a_list(tmp_path, "blue", [("pl", "gospodarka o obiegu zamkniętym")])
    latvian = a_list(tmp_path, "green", [("lv", "Aprites ekonomika")])
    found = links_of(code_lists, italian, polish, latvian)
    assert [(link.predicate, link.object, link.state) for link in found] == 3 * [(EXACT, CIRCULAR, ACCEPTED)]


def test_a_link_says_which_labels_agree(code_lists: GraphFile, tmp_path: Path) -> None:
    (link,) = links_of(code_lists, a_list(tmp_path, "red", [("it", "Economia circolare")]))
    assert [reason.text for reason in link.reasons] == ["Economia circolare (it)"]
    assert link.justification == LEXICAL
    assert sum(reason.weight for reason in link.reasons) == pytest.approx(4.3)


def test_another_name_of_one_word_waits_for_a_reviewer(code_lists: GraphFile, tmp_path: Path) -> None:
    (link,) = links_of(code_lists, a_list(tmp_path, "red", [("en", "upcycling")]))
    assert (link.predicate, link.state, link.object) == (CLOSE, PROPOSED, CODE + "theme/repair-and-reuse")


def test_an_inflected_label_is_proposed_and_not_accepted(code_lists: GraphFile, tmp_path: Path) -> None:
    (link,) = links_of(code_lists, a_list(tmp_path, "red", [("en", "circular economies")]))
    assert (link.object, link.state) == (CIRCULAR, PROPOSED)


def test_a_label_of_another_language_that_is_written_alike_is_no_match(
    code_lists: GraphFile, tmp_path: Path
) -> None:
    assert links_of(code_lists, a_list(tmp_path, "red", [("de", "Innovation")])) == []


def test_a_national_form_is_a_part_of_the_general_one(code_lists: GraphFile, tmp_path: Path) -> None:
    spatial = {"http://purl.org/dc/terms/spatial": f"<{ID}place/poland>"}
    (link,) = links_of(code_lists, a_list(tmp_path, "red", [("pl", "spółdzielnia socjalna")], **spatial))
    assert (link.predicate, link.object) == (BROAD, CODE + "legal-form/social-cooperative")


def test_of_one_list_only_one_concept_is_exactly_ours(code_lists: GraphFile, tmp_path: Path) -> None:
    twice = a_list(tmp_path, "red", [("it", "economia circolare"), ("es", "economía circular")])
    assert sorted(link.predicate for link in links_of(code_lists, twice)) == [CLOSE, EXACT]


def test_a_cluster_model_and_an_output_of_the_same_name_stay_two(code_lists: GraphFile) -> None:
    found = concept_links([code_lists], ONTOLOGY, Judgements()).links
    assert {link.subject for link in found if link.object.startswith(CODE)} == set()


def test_a_table_of_editors_wins_and_gives_its_reason(code_lists: GraphFile, tmp_path: Path) -> None:
    keep = a_list(tmp_path, "keep", [])
    iri = f"<{ID}topic/keep-theme-tourism>"
    keep.path.write_text(
        f"{iri} <{SKOS}inScheme> <{ID}scheme/keep-theme> .\n"
        f'{iri} <{SKOS}prefLabel> "Tourism"@en .\n'
        f"{iri} <{RDF}type> <{SKOS}Concept> .\n"
    )
    (link,) = links_of(code_lists, keep)
    assert (link.predicate, link.justification, link.state) == (EXACT, MANUAL, ACCEPTED)
    assert "the same field" in link.reasons[0].text
    assert "keep.eu" in link.reasons[0].text
    assert [reason.text for reason in link.reasons[1:]] == ["Tourism (en)"]


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [((Verdict.DIFFERENT,), REJECTED), ((Verdict.SAME,), ACCEPTED), ((Verdict.SAME, Verdict.DIFFERENT), DISPUTED)],
)
def test_who_judges_a_match_decides_it(
    code_lists: GraphFile, tmp_path: Path, verdicts: tuple[Verdict, ...], state: str
) -> None:
    pair = pair_of(ID + "topic/red-0", CIRCULAR)
    said = tuple(
        Judgement(n, "2026-11-22T00:00:00Z", f"reviewer-{n}", *pair, verdict)
        for n, verdict in enumerate(verdicts, 1)
    )
    judged = Judgements(said, "head", {pair: Opinion(said)})
    (link,) = links_of(code_lists, a_list(tmp_path, "red", [("it", "economia circolare")]), judgements=judged)
    assert (link.state, len(link.reviewers)) == (state, len(verdicts))


def test_concepts_are_found_between_other_statements(tmp_path: Path) -> None:
    path = tmp_path / "mixed.nt"
    concept = "<https://x.example/c>"
    path.write_text(
        f'<https://x.example/a> <{SKOS}prefLabel> "no concept"@en .\n'
        f'{concept} <{SKOS}altLabel> "first"@en .\n'
        f"{concept} <{SKOS}inScheme> <https://x.example/s> .\n"
        f'{concept} <{SKOS}prefLabel> "last"@en .\n'
        f'<https://x.example/cc> <{SKOS}prefLabel> "its neighbour"@en .\n'
    )
    (found,) = concepts_in(path, "x")
    assert (found.preferred, found.others, found.scheme) == (
        (("en", "last"),),
        (("en", "first"),),
        "https://x.example/s",
    )


def test_every_row_that_is_shipped_names_a_concept_of_ours_and_a_reason(code_lists: GraphFile) -> None:
    ours = {concept.iri for concept in concepts_in(code_lists.path, "code")}
    rows = [row for path in table_files(ONTOLOGY) for row in rows_of(path)]
    assert len(rows) > 600
    for row in rows:
        assert row.comment
        for side in (row.subject, row.object):
            assert not side.startswith(CODE) or side in ours, f"{row.table}: {side}"
        assert row.subject != row.object
    assert len({(row.subject, row.object) for row in rows}) == len(rows)


def test_a_broken_table_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.sssom.tsv"
    path.write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tcomment\nno:1\tno:2\tno:3\tno:4\twhy\n"
    )
    with pytest.raises(VocabularyError, match=r"x\.sssom\.tsv, line 2"):
        list(rows_of(path))


def test_labels_and_editors_are_measured_against_each_other(code_lists: GraphFile, tmp_path: Path) -> None:
    keep = tmp_path / "keep.nt"
    rows = [row for row in rows_of(ONTOLOGY / "alignments" / "keep.sssom.tsv") if "/keep-theme-" in row.subject]
    lines = set()
    for line in (ONTOLOGY / "alignments" / "keep.sssom.tsv").read_text(encoding="utf-8").splitlines():
        subject, label = (*line.split("\t"), "")[:2]
        if subject.startswith("id:topic/keep-theme-"):
            iri = f"<{ID}{subject.removeprefix('id:')}>"
            lines |= {f'{iri} <{SKOS}prefLabel> "{label}"@en .\n', f"{iri} <{SKOS}inScheme> <{ID}scheme/keep> .\n"}
    keep.write_text("".join(sorted(lines)), encoding="utf-8")
    graph = GraphFile("keep", "keep", "external", {}, keep, "", len(lines))
    measured = agreement(concept_links([code_lists, graph], ONTOLOGY, Judgements()).links)
    sys.stdout.write(f"labels against {len(rows)} rows of editors: {measured}\n")
    assert measured["precision"] >= 0.9
    assert measured["recall"] >= 0.85


def test_a_concept_of_a_vocabulary_that_is_not_here_is_known_by_its_label(
    code_lists: GraphFile, tmp_path: Path
) -> None:
    found = concept_links([code_lists], ONTOLOGY, Judgements())
    write_links(tmp_path / FILE, found.links, Run("model", ""), found.said)
    links = Links.of(tmp_path)
    said = links.said("http://eurovoc.europa.eu/5463")
    links.close()
    assert said is not None
    assert (said.name, said.source) == ("biodiversity", "")
