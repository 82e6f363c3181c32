"""What is written and remembered: files, the cache, the output folder."""
