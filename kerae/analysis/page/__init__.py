"""The parts of a page that stands on its own: one file, and nothing fetched when it is opened."""
