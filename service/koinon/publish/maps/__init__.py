"""Small maps of Europe: where regions lie, how the globe is laid flat, and what a page shows of it."""
