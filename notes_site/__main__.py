"""`python -m notes_site`: the same as `notes-site`."""

from notes_site.cli import main

if __name__ == "__main__":
    main()
