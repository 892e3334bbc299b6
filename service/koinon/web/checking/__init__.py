"""Checking what people hand in: in processes of its own, with a report in the reader's language."""
