"""What a note's page tells machines in JSON-LD (schema.org's LearningResource and BreadcrumbList). Pure."""

from __future__ import annotations

import json

from notes_site.base.paths import href
from notes_site.pages.views import NoteView


def linked_data(view: NoteView) -> str:
    """Return the description of a note as JSON that can stand in a `<script>` element."""
    graph = {"@context": "https://schema.org", "@graph": [_resource(view), _breadcrumbs(view)]}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _resource(view: NoteView) -> dict[str, object]:
    """https://schema.org/LearningResource, of what is known; the time is the time spent, as ISO 8601 has it."""
    row, meta, site = view.row, view.meta, view.site
    told: dict[str, object] = {
        "@type": "LearningResource",
        "name": row.title,
        "url": meta.canonical,
        "description": meta.description,
        "inLanguage": meta.lang or site.language,
        "learningResourceType": row.kind,
        "educationalLevel": row.level,
        "timeRequired": f"PT{row.time}M" if row.time else "",
        "dateModified": view.updated or row.date,
        "keywords": [tag.title for tag in view.tags],
        "isBasedOn": row.link if row.outside else "",
        "author": {"@type": "Person", "name": site.author} if site.author else "",
    }
    return {name: value for name, value in told.items() if value}


def _breadcrumbs(view: NoteView) -> dict[str, object]:
    """https://schema.org/BreadcrumbList. An item has an address only where the site has one."""
    base = view.site.base_url
    steps = [(view.site.texts.overview, ""), (view.row.area, view.row.area_url), (view.row.title, view.row.url)]
    items = [
        {"@type": "ListItem", "position": n, "name": name, **({"item": f"{base}/{href(url)}"} if base else {})}
        for n, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
