"""Links on the web: as resources, in lists, and on the desk of reviewers."""
