"""The stage of a build that finds what is the same: mentions, candidates, scores, decisions, linksets."""
