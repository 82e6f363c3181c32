"""One file: from its bytes to a note. Pure."""
