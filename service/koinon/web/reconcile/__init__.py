"""The Reconciliation Service API at ``/reconcile``: version 0.2 of its report, and the draft of 1.0."""
