"""Front matter: what a note says about itself, above its text. The only package that knows YAML."""

from notes_site.frontmatter.fields import FIELDS, Field, value_of
from notes_site.frontmatter.reading import Source, parse
from notes_site.frontmatter.values import BadValue, clean, status_of
from notes_site.frontmatter.writing import dump, json_schema, reference

__all__ = [
    "FIELDS",
    "BadValue",
    "Field",
    "Source",
    "clean",
    "dump",
    "json_schema",
    "parse",
    "reference",
    "status_of",
    "value_of",
]
