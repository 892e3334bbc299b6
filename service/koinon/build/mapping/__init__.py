"""From published tables and records to statements: declarative mappings (``data/mappings``), read and applied."""
