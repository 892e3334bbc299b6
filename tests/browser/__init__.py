"""Pages in a real browser: accessibility, frugality, keyboards, narrow screens, and a newcomer's path."""
