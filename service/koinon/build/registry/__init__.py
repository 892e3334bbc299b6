"""The sources that were handed in: kept by hash, judged, accepted, withdrawn, with a record of what happened."""
