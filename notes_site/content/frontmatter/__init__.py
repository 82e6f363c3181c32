"""Front matter: what a note says about itself, above its text. The only package that knows YAML."""

from notes_site.content.frontmatter.reading import FrontMatterSource, parse
from notes_site.content.frontmatter.values import clean, status_of, value_of
from notes_site.content.frontmatter.writing import dump, json_schema

__all__ = [
    "FrontMatterSource",
    "clean",
    "dump",
    "json_schema",
    "parse",
    "status_of",
    "value_of",
]
