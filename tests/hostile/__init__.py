"""Hostile input: a corpus of attacks on a running service, how they are sent, and the rule that judges each."""
