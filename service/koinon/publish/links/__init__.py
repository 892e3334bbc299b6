"""Links as pages, tables and RDF show them."""
