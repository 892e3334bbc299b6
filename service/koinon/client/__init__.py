"""A small client for a Koinon node: things, collections, questions, SPARQL and search as plain Python values.

It needs httpx alone (``pip install "./koinon[client]"`` beside the clone) and imports nothing of the service.
Tables come as rows, or as frames of pandas or polars, graphs as rdflib's; each of these libraries is loaded when it
is asked for.

    >>> from koinon.client import Koinon
    >>> with Koinon("http://127.0.0.1:8000") as koinon:
    ...     for project in koinon.projects(country="italy", sort="-start"):
    ...         print(project.label, project["startDate"])
"""

from koinon.client.collection import Collection, Facet, FacetValue
from koinon.client.errors import ClientError, Problem, UnreachableError
from koinon.client.node import Koinon
from koinon.client.rows import Rows
from koinon.client.things import Hit, Question, Thing

__all__ = [
    "ClientError",
    "Collection",
    "Facet",
    "FacetValue",
    "Hit",
    "Koinon",
    "Problem",
    "Question",
    "Rows",
    "Thing",
    "UnreachableError",
]
