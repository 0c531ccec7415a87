"""The web chat: one page, its files, and the API the page talks to."""
