"""Pages of ontology and shapes: terms, where they come from, who checks them, how often they occur."""
