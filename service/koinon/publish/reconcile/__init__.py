"""Matching what others call things with the things of a release: candidates, scores, values, previews.

The answers of the Reconciliation Service API (W3C Community Group), free of how its versions write them.
"""
