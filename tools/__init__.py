"""Programs for those who work on notes-site; not shipped."""
