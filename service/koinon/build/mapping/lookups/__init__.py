"""Tables of codes that mappings ask by name: countries, NUTS, languages, currencies, legal forms, any code list."""

from koinon.build.mapping.lookups.interface import Found, Label, Lookup, NotFound, Piece
from koinon.build.mapping.lookups.named import Lookups

__all__ = ["Found", "Label", "Lookup", "Lookups", "NotFound", "Piece"]
