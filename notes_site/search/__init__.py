"""The search index: what a note is found by, and the files that the browser's engine (`static/search.js`) reads.

    tokens      text to the words that are compared; the engine has the same function
    records     a note to its record: terms with weights, and its sections for excerpts
    shards      records to the term shards
    files       views and bytes of all that lies under `search/`

The format of the files is described in `docs/search.md`.
"""
