"""Measuring the quality of a release: what the shapes ask for, what the graphs give, what the checks found."""
