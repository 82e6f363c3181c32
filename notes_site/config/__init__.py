"""`notes-site.toml`, and where a project's files are."""
