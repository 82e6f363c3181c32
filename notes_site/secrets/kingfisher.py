"""The scanner of the extra `leaks`: hundreds of rules for secrets of services, kept by the makers of Kingfisher.

It adds to our own rules, which know an example when they see one: what both find is told as ours. It runs in this
process, and asks nobody whether a secret still works: only `Rules` and `Scanner` are used, which never use the network.
Compiled rules lie in the user's cache folder: that takes some seconds once, and then half a second.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

from notes_site.base.diagnostics import Diagnostic, note
from notes_site.secrets import detect
from notes_site.secrets.examples import is_example

_OURS = frozenset({"betterleaks.generic-credential-uri", "betterleaks.jwt", "betterleaks.private-key"})
"""Rules that know no examples, of kinds that our own rules find."""
_HINT = "revoke it where it was made, and take it out"


def is_there() -> bool:
    """Return whether the extra is installed."""
    return find_spec("kingfisher_sdk") is not None


def recommended(path: str) -> Diagnostic:
    """Return the note that the extra would find more; `path` is the config's."""
    message = "leaks were sought with the built-in rules alone"
    return note(path, "few-leak-rules", message, hint="`pip install 'notes-site[leaks]'` adds some 400 for `check`")


def added(
    problems: Iterable[Diagnostic], texts: Iterable[tuple[str, str]], allow: Collection[str] = ()
) -> tuple[Diagnostic, ...]:
    """Return the problems with those secrets in some texts, by path, that our own rules do not find; hidden in all."""
    found: list[Diagnostic] = []
    hidden: dict[str, str] = {}
    for path, text in texts:
        if more := find(text):
            found += detect.warnings_for(path, text, more, allow, also=detect.find(text))
            masked = detect.hide(text, more)
            hidden |= {text[leak.start : leak.end]: masked[leak.start : leak.end] for leak in more}
    return (*(_without(problem, hidden) for problem in problems), *found)


def _without(problem: Diagnostic, hidden: Mapping[str, str]) -> Diagnostic:
    def masked(text: str) -> str:
        for secret, mask in hidden.items():
            text = text.replace(secret, mask)
        return text

    return problem._replace(message=masked(problem.message), hint=masked(problem.hint), text=masked(problem.text))


def find(text: str) -> tuple[detect.Leak, ...]:
    """Return the secrets in a text that `detect.find` does not find, in order, none within another."""
    found = [leak for leak in _found(text) if not is_example(text[leak.start : leak.end])]
    if not found:
        return ()
    free: list[detect.Leak] = []
    known = detect.find(text)
    for leak in sorted(found, key=lambda leak: (leak.start, -leak.end)):
        if all(leak.end <= other.start or leak.start >= other.end for other in (*known, *free[-1:])):
            free.append(leak)
    return tuple(free)


def _found(text: str) -> Iterator[detect.Leak]:
    data = text.encode("utf-8", "replace")
    at = length = 0
    for finding in sorted(_scanner().scan(data), key=lambda finding: finding.location["start_offset"]):
        first, last = finding.location["start_offset"], finding.location["end_offset"]
        at, length = first, length + len(data[at:first].decode("utf-8", "ignore"))
        if finding.visible and finding.rule_id not in _OURS:
            end = length + len(data[first:last].decode("utf-8", "ignore"))
            yield detect.Leak(length, end, f"a secret ({_name(finding.rule_id)})", _HINT)


def _name(rule: str) -> str:
    """Return what a rule looks for: `betterleaks.datadog-api-key` is for a datadog api key."""
    return re.split("[./]", rule)[1].replace("-", " ")


@cache
def _scanner() -> Any:
    from kingfisher_sdk import Rules, Scanner

    return Scanner(Rules(confidence="high"))
