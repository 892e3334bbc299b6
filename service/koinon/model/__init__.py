"""What everything else speaks of: namespaces, the IRI policy, languages, settings and the error tree.

This layer imports nothing of the layers above it.
"""
