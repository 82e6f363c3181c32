"""The program's door: `notes-site`, and `python -m notes_site`. It imports nothing before it can answer Ctrl-C."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it with one word, while it is still being loaded too."""
    try:
        from notes_site import cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
