"""One README of a whole course, as graders read it on GitHub. Pure."""
