"""The program's door: `notes-site`, and `python -m notes_site`. It imports nothing before it can answer Ctrl-C."""

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it with one word, while it is still being loaded too. Where no more files can
    be opened, nearly anything may fail, loading as well.
    """
    try:
        from notes_site.cli import main as cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    except Exception:
        if _can_open_files():
            raise
        sys.stderr.write("error: too few files can be open at once; allow more, with `ulimit -n 256` in most shells\n")
        sys.exit(1)


def _can_open_files() -> bool:
    """Tell whether some more files can be opened."""
    opened: list[int] = []
    try:
        while len(opened) < 8:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return False
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return True


if __name__ == "__main__":
    main()
