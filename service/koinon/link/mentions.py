"""A mention: one row of a table that names an organisation, with what else the row says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """One record; what is not known is empty. ``country`` is a code of ISO 3166, in capitals."""

    id: str
    name: str
    language: str = ""
    country: str = ""
    city: str = ""
    year: int | None = None
    types: tuple[str, ...] = ()
    website: str = ""
    postcode: str = ""
    street: str = ""
    identifiers: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
