"""Recording what a release changed: things and all that is said of them, grouped, compared, and kept for feeds."""
