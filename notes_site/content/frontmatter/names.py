"""What a key of front matter means: a field, under one of its names, or something of another tool's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from notes_site.base.model import FIELDS, Field
from notes_site.content.frontmatter.values import BY_NAME, FALSE, TRUE

# What these say when their value is true or false; a date in them is the field's of the table.
_WHEN_BOOLEAN: dict[str, tuple[str, bool]] = {
    "published": ("draft", True),
    "completed": ("status", False),
    "finished": ("status", False),
    "done": ("status", False),
    "learned": ("status", False),
    "watched": ("status", False),
}

# Maps in which other tools keep fields of ours, and which of theirs are which of ours (empty: any field).
_NESTED: Mapping[str, Mapping[str, str]] = {
    "extra": {},
    "params": {},
    "taxonomies": {},
    "sidebar": {"order": "order"},
    "lastupdate": {"date": "updated"},
}

# Fields that Jekyll, Hugo, Zola, Obsidian, Quartz, Docusaurus, Starlight, MkDocs and Pandoc know and we do not.
_FOREIGN = """
    author authors layout slug id uid permalink path template theme css cssclass cssclasses language locale
    translation_key license copyright image images cover thumbnail banner icon featured_image social_image head
    hero badge og_image twitter comments comment math mathjax katex mermaid nav_exclude nav_title nav_text parent
    ancestor grand_parent has_children search_exclude in_search_index pagefind search sitemap priority changefreq
    sidebar sidebar_label sidebar_class_name sidebar_custom_props displayed_sidebar pagination_label
    pagination_next pagination_prev prev next custom_edit_url edit_url edit_link title_meta hide_title
    toc_min_heading_level toc_max_heading_level toc_depth parse_number_prefixes cascade build headless
    is_cjk_language markup menu menus outputs resources render render_with_liquid liquid excerpt_separator sort_by
    paginate_by paginate_path insert_anchor_links generate_feeds generate_feed transparent page_template
    collection ref date_format reading_time word_count features pin pinned sticky featured favorite rating stars
    ctime mtime version kanban_plugin excalidraw_plugin up down related see_also isbn doi year venue instructor
    provider platform speaker channel hide editor jupyter kernelspec output bibliography csl mainfont
    documentclass extra params taxonomies
"""

# These keep a page from readers elsewhere, but not here: that is said loudly.
_PROMISES = "unlisted hidden password protected noindex no_index robots expiry_date expires unpublish_date"


class Meaning(NamedTuple):
    """A field, the rank among its names of the one that was used (0 is its own), and whether it says the opposite."""

    field: Field
    rank: int
    inverted: bool


def fold(key: str) -> str:
    """Return the key as it is compared: `Time Spent`, `time-spent` and `timeSpent` are `timespent`."""
    return key.casefold() if key.startswith("-") else key.casefold().translate(_DASHES)  # `-date` was to be an item


def names_of(field: Field) -> tuple[str, ...]:
    """Return the names that a field may go by, its own first, then from the one that counts most."""
    return (field.name, *field.synonyms.split(), *field.inverted.split())


_DASHES = {ord(c): None for c in "-_ "}
_MEANINGS = {
    fold(name): Meaning(field, rank, name in field.inverted.split())
    for field in FIELDS
    for rank, name in enumerate(names_of(field))
}
FOREIGN = frozenset(map(fold, _FOREIGN.split()))
PROMISES = frozenset(map(fold, _PROMISES.split()))
_LAST = 1000

NAMES: tuple[str, ...] = (*BY_NAME, *(name for field in FIELDS for name in names_of(field)[1:]))
"""Every name that a field may go by, their own ones first."""


def meaning(folded: str, value: str | None) -> Meaning | None:
    """Return what a folded key means, or None. `value` is its text: `published: false` is not about a date."""
    if folded in _WHEN_BOOLEAN and value is not None and value.casefold() in TRUE | FALSE:
        name, inverted = _WHEN_BOOLEAN[folded]
        return Meaning(BY_NAME[name], _LAST, inverted)
    return _MEANINGS.get(folded)


def meaning_within(outer: str, folded: str, value: str | None) -> Meaning | None:
    """Return what a folded key means in the map under the folded key `outer`; every field outside comes first."""
    known = _NESTED[outer]
    found = meaning(known.get(folded, "") if known else folded, value)
    return found and found._replace(rank=found.rank + _LAST + 1)


def is_nest(folded: str) -> bool:
    """Return whether a map under the folded key may hold fields."""
    return folded in _NESTED


def is_foreign(folded: str) -> bool:
    """Return whether other tools know the folded key, and it can do no harm here."""
    return folded in FOREIGN


def is_promise(folded: str) -> bool:
    """Return whether the folded key keeps pages from readers elsewhere."""
    return folded in PROMISES
