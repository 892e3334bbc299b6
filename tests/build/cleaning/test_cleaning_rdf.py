"""RDF with clean-up rules: what is kept, what goes, and that every statement is counted."""

import os
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from koinon.build.mapping.cleaning import Cleaned, clean, is_cleaning, load_cleaning
from koinon.build.mapping.model import MappingError
from koinon.model.errors import SourceError

ROOT = Path(__file__).parents[3]
MAPPING = ROOT / "data" / "mappings" / "essglobal.toml"
LISTS = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "data" / "essglobal"
SKOS = "http://www.w3.org/2004/02/skos/core#"
HEAD = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xml:base="https://lists.example/kinds/">
"""
CONCEPTS = """
<skos:ConceptScheme rdf:about=""><dc:title>Kinds</dc:title>
  <dc:creator>Ann Example (ann@example.org)</dc:creator><dc:language>en-en</dc:language></skos:ConceptScheme>
<skos:Concept rdf:about="K1">
  <skos:prefLabel xml:lang="FR"></skos:prefLabel><skos:prefLabel xml:lang="EN">  First kind </skos:prefLabel>
  <skos:prefLabel xml:lang="IT">Primo</skos:prefLabel><skos:prefLabel xml:lang="IT">Primo tipo</skos:prefLabel>
  <skos:altLabel>A</skos:altLabel><skos:altLabel>A further name</skos:altLabel>
  <skos:altLabel xml:lang="en">First kind</skos:altLabel>
  <skos:inScheme rdf:resource=""/><skos:example>an example</skos:example>
</skos:Concept>
<skos:Concept rdf:about="70100000">
  <skos:prefLabel xml:lang="EN">70100000</skos:prefLabel><skos:definition xml:lang="EN">Fishing</skos:definition>
</skos:Concept>
<skos:Concept rdf:about="K3"><skos:inScheme rdf:resource=""/></skos:Concept>
<rdf:Description rdf:about="loose"><skos:prefLabel xml:lang="en">Loose</skos:prefLabel></rdf:Description>
"""


def cleaned(folder: Path, body: str, name: str = "kinds.skos") -> Cleaned:
    (folder / name).write_text(f"{HEAD}{body}</rdf:RDF>", encoding="utf-8")
    return clean(load_cleaning(MAPPING), [folder / name], folder / "out.nt")


def said(made: Cleaned, thing: str, term: str) -> list[str]:
    subject = f"<https://lists.example/kinds/{thing}> <{SKOS}{term}> "
    lines = made.path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(subject).removesuffix(" .") for line in lines if line.startswith(subject)]


def test_names_are_trimmed_tagged_in_lower_case_and_one_a_language(tmp_path: Path) -> None:
    made = cleaned(tmp_path, CONCEPTS)
    assert said(made, "K1", "prefLabel") == ['"First kind"@en', '"Primo"@it']
    assert said(made, "K1", "altLabel") == ['"A further name"@und', '"Primo tipo"@it']


def test_codes_in_labels_become_notations_and_the_name_comes_from_where_it_stands(tmp_path: Path) -> None:
    made = cleaned(tmp_path, CONCEPTS)
    assert said(made, "K1", "notation") == ['"A"']
    assert said(made, "70100000", "notation") == ['"70100000"']
    assert said(made, "70100000", "prefLabel") == ['"Fishing"@en']
    assert said(made, "70100000", "definition") == []


def test_persons_are_left_out_and_shown_nowhere(tmp_path: Path) -> None:
    made = cleaned(tmp_path, CONCEPTS)
    everything = made.path.read_text(encoding="utf-8") + str(made.report.as_json()) + "\n".join(made.report.lines())
    assert "Ann" not in everything
    assert "example.org" not in everything
    assert made.report.dropped["person"].total() == 1


def test_what_is_left_out_is_counted_by_rule_with_nothing_missing(tmp_path: Path) -> None:
    report = cleaned(tmp_path, CONCEPTS).report
    dropped = {rule: counts.total() for rule, counts in report.dropped.items()}
    assert dropped == {
        "empty": 1,
        "left-out": 1,
        "nameless": 2,
        "no-class": 1,
        "not-listed": 1,
        "person": 1,
        "repeated": 1,
    }
    assert report.read == report.kept + sum(dropped.values())


def test_the_same_files_give_the_same_bytes_whatever_their_order(tmp_path: Path) -> None:
    bodies = {"a.skos": CONCEPTS, "b.skos": CONCEPTS.replace("Primo", "Altro")}
    for name, body in bodies.items():
        (tmp_path / name).write_text(f"{HEAD}{body}</rdf:RDF>", encoding="utf-8")
    files = [tmp_path / name for name in bodies]
    first = clean(load_cleaning(MAPPING), files, tmp_path / "one.nt")
    second = clean(load_cleaning(MAPPING), files[::-1], tmp_path / "two.nt")
    assert first.sha256 == second.sha256
    assert said(first, "K1", "prefLabel") == ['"First kind"@en', '"Primo"@it']


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("a.skos", "<rdf:RDF", "syntax"),
        ("a.skos", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        ("a.txt", "hello", "format"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, name: str, text: str, rule: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        clean(load_cleaning(MAPPING), [tmp_path / name], tmp_path / "out.nt")
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("single =", "singel =", "singel"),
        ('"skos:Concept" =', '"sko:Concept" =', "rdf.keep"),
        ("'[A-Z]{1,2}'", "'[A-Z'", "rdf.codes"),
        ('name = "essglobal"', 'name = "other"', "name"),
        ('language = "en"', 'language = "xx"', "source"),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "essglobal.toml"
    path.write_text(MAPPING.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MappingError) as wrong:
        load_cleaning(path)
    assert key in wrong.value.key


def test_a_mapping_of_tables_is_no_cleaning() -> None:
    assert is_cleaning(MAPPING)
    assert not is_cleaning(MAPPING.with_name("nuts.toml"))


@pytest.mark.skipif(not LISTS.is_dir(), reason=f"{LISTS} is absent (KOINON_SHARED names another place)")
def test_the_published_lists_lose_empty_labels_and_persons_and_no_concept(tmp_path: Path) -> None:
    files = sorted(LISTS.glob("*.skos"))
    made = clean(load_cleaning(MAPPING), files, tmp_path / "out.nt")
    report = made.report
    assert (len(files), report.read) == (10, 2376)
    assert report.dropped["empty"][f"{SKOS}prefLabel"] == 312
    assert report.dropped["person"].total() == 45
    assert report.read == report.kept + sum(counts.total() for counts in report.dropped.values())
    triples = [quad.triple for quad in parse(path=made.path, format=RdfFormat.N_TRIPLES)]
    concepts = {t.subject for t in triples if t.object.value == f"{SKOS}Concept"}
    named = {t.subject for t in triples if t.predicate.value == f"{SKOS}prefLabel"}
    before = {
        quad.subject
        for path in files
        for quad in parse(path=path, format=RdfFormat.RDF_XML)
        if getattr(quad.object, "value", "") == f"{SKOS}Concept"
    }
    assert concepts <= named
    # One concept has neither a label nor a definition.
    assert [concept.value for concept in before - concepts] == [
        "http://purl.org/essglobal/standard/products-services/85140000"
    ]
