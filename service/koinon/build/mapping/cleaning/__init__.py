"""RDF from publishers, cleaned by a mapping with a part ``[rdf]``; what is left out is counted by rule."""

from koinon.build.mapping.cleaning.cleaner import Cleaned, CleaningReport, clean
from koinon.build.mapping.cleaning.rules import Cleaning, is_cleaning, load_cleaning

__all__ = ["Cleaned", "Cleaning", "CleaningReport", "clean", "is_cleaning", "load_cleaning"]
