"""Questions about the repository's own data whose answers are known, for clients of all sorts."""

from typing import Final

RESPONDET: Final = "https://w3id.org/koinon/id/project/respondet"
RESIST: Final = "https://w3id.org/koinon/id/project/resist"
PROJECT: Final = "https://w3id.org/koinon/def#Project"
DEPARTMENT: Final = "https://w3id.org/koinon/id/organisation/department-of-business-and-knowledge-catalonia"
ARTICLE: Final = "https://w3id.org/koinon/graph/resist-kristiansand-article"
RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

COORDINATOR: Final = f"""
PREFIX koi: <https://w3id.org/koinon/def#>
PREFIX m8g: <http://data.europa.eu/m8g/>
SELECT ?who WHERE {{
  <{RESPONDET}> m8g:hasParticipation ?p .
  ?p m8g:role <https://w3id.org/koinon/code/role/coordinator> ; m8g:hasParticipant ?who
}}"""
"""Its one answer is ``DEPARTMENT``."""

LABELS: Final = f"""
SELECT ?label WHERE {{ <{RESPONDET}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }}"""
TYPES: Final = f"CONSTRUCT {{ <{RESIST}> a ?class }} WHERE {{ <{RESIST}> a ?class }}"
DESCRIBE: Final = f"DESCRIBE <{RESIST}>"
ASK: Final = f"ASK {{ <{RESIST}> a <{PROJECT}> }}"
ASK_NOT: Final = f"ASK {{ <{PROJECT}> a <{RESIST}> }}"
COUNT: Final = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
WRONG: Final = "SELECT *\nWHERE { ?s ?p }"
"""No query: line 2 lacks an object."""
UPDATE: Final = "INSERT DATA { <a:a> <a:b> <a:c> }"
FEDERATED: Final = "SELECT * WHERE { SERVICE <https://example.org/sparql> { ?s ?p ?o } }"
