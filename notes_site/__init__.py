"""notes-site: a static site generator for course learning notes."""

__version__ = "0.1.0"
