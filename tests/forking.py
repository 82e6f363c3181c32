"""A process that has loaded all that a deploy needs, and forks one for each line that it reads (see `deploying`)."""

from __future__ import annotations

import functools
import itertools
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import botocore.parsers  # noqa: F401
from botocore.loaders import JSONFileLoader

from notes_site.cli import main as cli
from notes_site.deploy import aws, folder, local, run, s3, show  # noqa: F401
from notes_site.deploy.options import DeployOptions
from notes_site.deploy.target import Target


def child(arguments: list[str], cwd: str, env: dict[str, str], out: int, err: int) -> int:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(cwd)
    os.environ.update(env)
    sys.argv = ["notes-site", *arguments]
    if "KILL_AT_WRITE" in env:
        left = itertools.count(int(env["KILL_AT_WRITE"]), -1)

        def die(event: str, _: object) -> None:
            if event in ("os.rename", "os.remove") and next(left) == 1:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(die)
    try:
        cli.main()
    except SystemExit as exc:
        sys.stdout.flush()
        sys.stderr.flush()
        return exc.code if isinstance(exc.code, int) else 1


def load() -> None:
    """Read the descriptions of the services, which takes longer than most deploys here, once for all processes."""
    load_file = JSONFileLoader.load_file
    read = functools.cache(lambda path: load_file(JSONFileLoader(), path))
    JSONFileLoader.load_file = lambda _, path: read(path)
    aws.client("s3", DeployOptions(Path(), Target("bucket", "", ""), endpoint_url="http://127.0.0.1"))


def main() -> None:
    load()
    for line in sys.stdin:
        arguments, cwd, env = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if pid == 0:
                code = 70
                try:
                    code = child(arguments, cwd, env, out.fileno(), err.fileno())
                except BaseException:  # whatever it is, this process must not go on as its parent
                    sys.excepthook(*sys.exc_info())
                    sys.stderr.flush()
                os._exit(code)
            print(pid, flush=True)
            _, status = os.waitpid(pid, 0)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
            print(json.dumps([os.waitstatus_to_exitcode(status), *texts]), flush=True)


if __name__ == "__main__":
    main()
