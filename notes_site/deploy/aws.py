"""How Amazon's services and those that are like them are called. The only module that knows botocore, loaded when used.

botocore without boto3: the clients are the same, and loading takes 0.2 s instead of 0.35 s. Its own retries are off: a
retry must know which answers to give up on at once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from notes_site.base.errors import DeployError, ErrorResponse, MalformedResponse
from notes_site.deploy.error_hints import advice

_TRIES = 8
_CONNECTING = 5  # tries to reach a server at all
_LONGEST_WAIT = 20.0  # seconds
PASSING = frozenset({
    "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "BadDigest",
    "IncompleteBody", "ConditionalRequestConflict",
})  # fmt: skip
_ELSEWHERE = frozenset({302, 303, 307, 308})  # a redirect, by a network that wants a login first, for instance
_ODD = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of botocore, at answers that are no S3's
_T = TypeVar("_T")


class Account(NamedTuple):
    """Whose credentials to use, and where the server is; what is empty is found as the AWS tools find it."""

    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    jobs: int = 16


def client(service: str, account: Account, **options: Any) -> Any:
    """Return a client of a service.

    Raises:
        DeployError: botocore is not installed, or the profile is not there.
    """
    try:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError:
        raise DeployError("deploying to S3 needs one more package: pip install 'notes-site[s3]'") from None
    try:
        session = Session(profile=account.profile or None)
        region = account.region or session.get_config_variable("region") or "us-east-1"
        config = Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=account.jobs + 1,
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="notes-site",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **options,
        )
        made = session.create_client(
            service, region_name=region, config=config, endpoint_url=account.endpoint_url or None
        )
        made.meta.events.register("needs-retry.s3.HeadBucket", _only_to_a_region)
        return made
    except (BotoCoreError, ValueError) as exc:
        raise DeployError(advice(str(exc))) from None


def _only_to_a_region(response: tuple[Any, dict[str, Any]] | None, **_: object) -> None:
    """End what botocore does with a redirect that names no region: it asks for the region, is redirected, and so on."""
    from botocore.exceptions import ClientError

    moved = response is not None and response[0].status_code in (301, 302, 307)
    if response and moved and "x-amz-bucket-region" not in response[1]["ResponseMetadata"]["HTTPHeaders"]:
        raise ClientError(response[1], "HeadBucket")


def field(answer: Mapping[str, Any], name: str) -> Any:
    """Return what an answer must hold.

    Raises:
        MalformedResponse: it does not.
    """
    value = answer.get(name)
    if value in (None, "", '""'):
        raise MalformedResponse(f"there is no {name} in it")
    return value


class Caller:
    """Sends requests, again when the answer is one that passes."""

    def __init__(self, client: Any, place: str) -> None:
        self.client, self._place = client, place
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let no retry wait any more."""
        self._stopped.set()

    def __call__(self, send: Callable[[], _T], what: str) -> _T:
        """Return the answer to a request; `what` it is to do, for the message when it does not.

        Raises:
            ErrorResponse: the server refuses it, or has failed too often.
            DeployError: the server cannot be reached, or the request cannot be made.
        """
        from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
        from botocore.parsers import ResponseParserError

        for attempt in range(1, _TRIES + 1):
            try:
                return send()
            except ClientError as exc:
                code, status = _code(exc)
                passing = code in PASSING or (status >= 500 and code != "NotImplemented") or status in _ELSEWHERE
                said = ": ".join(filter(None, (code, exc.response["Error"].get("Message"))))
                reason = advice(said, code, self._place, what)
                if not passing or attempt == _TRIES:
                    raise ErrorResponse(reason, code, status) from None
            except (HTTPClientError, ResponseParserError, ConnectionError, MalformedResponse) as exc:
                reason = advice(str(exc), type(exc).__name__, self._place, what)
                if attempt == (_CONNECTING if isinstance(exc, ConnectionError) else _TRIES):
                    raise DeployError(reason) from None
            except BotoCoreError as exc:
                raise DeployError(advice(str(exc), type(exc).__name__, self._place, what)) from None
            except _ODD as exc:
                reason = advice(f"{type(exc).__name__}: {exc}", MalformedResponse.__name__, self._place, what)
                if attempt == _TRIES:
                    raise DeployError(reason) from None
            if self.pause(attempt):
                raise DeployError(reason)
        raise AssertionError("unreachable")

    def pause(self, attempt: int) -> bool:
        """Wait before another try, longer each time. Tells whether there must be none."""
        longest = min(_LONGEST_WAIT, 0.1 * 2**attempt)
        return self._stopped.wait(random.uniform(longest / 2, longest))


def _code(exc: Any) -> tuple[str, int]:
    status = int(exc.response["ResponseMetadata"]["HTTPStatusCode"])
    return str(exc.response["Error"].get("Code") or status), status
