"""Secrets that stand in a text by accident: what finds them, and what hides them in all that is shown."""
