"""The HTTP door: routes, negotiation, templates and translations."""
