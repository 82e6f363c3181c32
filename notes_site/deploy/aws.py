"""Calls to Amazon's services and to servers that speak their protocols: clients, retries, what helps when a call fails,
and CloudFront. The only module that knows botocore, loaded when used.

botocore without boto3: the clients are the same, and loading takes 0.2 s instead of 0.35 s. Its own retries are off: a
retry must know which responses to give up on at once.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from notes_site.base.errors import DeployError, ErrorResponse, MalformedResponse
from notes_site.deploy.options import DeployOptions

_TRIES = 8
_CONNECTING = 5  # tries to reach a server at all
_LONGEST_WAIT = 20.0  # seconds
TRANSIENT = frozenset({
    "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "BadDigest",
    "IncompleteBody", "ConditionalRequestConflict",
})  # fmt: skip
_ELSEWHERE = frozenset({302, 303, 307, 308})  # a redirect, by a network that wants a login first, for instance
_MISREAD = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)  # of botocore, at responses that are no S3's
_T = TypeVar("_T")


def client(service: str, options: DeployOptions, **more: Any) -> Any:
    """Return a client of a service. `more`: of botocore's configuration. What the options leave out is found as the AWS
    tools find it.

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
        session = Session(profile=options.profile or None)
        region = options.region or session.get_config_variable("region") or "us-east-1"
        config = Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=options.jobs + 1,
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="notes-site",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **more,
        )
        made = session.create_client(
            service, region_name=region, config=config, endpoint_url=options.endpoint_url or None
        )
        made.meta.events.register("needs-retry.s3.HeadBucket", _stop_redirects)
        return made
    except (BotoCoreError, ValueError) as exc:
        raise DeployError(explain(str(exc))) from None


def _stop_redirects(response: tuple[Any, dict[str, Any]] | None, **_: object) -> None:
    """End what botocore does with a redirect that names no region: it asks for the region, is redirected, and so on."""
    from botocore.exceptions import ClientError

    moved = response is not None and response[0].status_code in (301, 302, 307)
    if response and moved and "x-amz-bucket-region" not in response[1]["ResponseMetadata"]["HTTPHeaders"]:
        raise ClientError(response[1], "HeadBucket")


def field(response: Mapping[str, Any], name: str) -> Any:
    """Return what a response must hold.

    Raises:
        MalformedResponse: it does not.
    """
    value = response.get(name)
    if value in (None, "", '""'):
        raise MalformedResponse(f"there is no {name} in it")
    return value


class Caller:
    """Sends requests through a client, again after a transient error. `place`: where they go, for messages."""

    def __init__(self, client: Any, place: str) -> None:
        self.client, self._place = client, place
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let no retry wait any more."""
        self._stopped.set()

    def __call__(self, send: Callable[[], _T], what: str) -> _T:
        """Return the response to a request; `what` it is to do, for the message when it does not.

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
                transient = code in TRANSIENT or (status >= 500 and code != "NotImplemented") or status in _ELSEWHERE
                said = ": ".join(filter(None, (code, exc.response["Error"].get("Message"))))
                reason = explain(said, code, self._place, what)
                if not transient or attempt == _TRIES:
                    raise ErrorResponse(reason, code, status) from None
            except (HTTPClientError, ResponseParserError, ConnectionError, MalformedResponse) as exc:
                reason = explain(str(exc), type(exc).__name__, self._place, what)
                if attempt == (_CONNECTING if isinstance(exc, ConnectionError) else _TRIES):
                    raise DeployError(reason) from None
            except BotoCoreError as exc:
                raise DeployError(explain(str(exc), type(exc).__name__, self._place, what)) from None
            except _MISREAD as exc:
                reason = explain(f"{type(exc).__name__}: {exc}", MalformedResponse.__name__, self._place, what)
                if attempt == _TRIES:
                    raise DeployError(reason) from None
            if self.pause(attempt):
                raise DeployError(reason)
        raise AssertionError("unreachable")

    def pause(self, attempt: int) -> bool:
        """Wait before another try, longer each time. Return whether to give up instead."""
        longest = min(_LONGEST_WAIT, 0.1 * 2**attempt)
        return self._stopped.wait(random.uniform(longest / 2, longest))


def _code(exc: Any) -> tuple[str, int]:
    status = int(exc.response["ResponseMetadata"]["HTTPStatusCode"])
    return str(exc.response["Error"].get("Code") or status), status


_HINTS_OF = {
    "the credentials have expired: log in again (`aws sso login`, or new keys), and run this again":
        "ExpiredToken ExpiredTokenException TokenRefreshRequired UnauthorizedSSOTokenError SSOTokenLoadError "
        "TokenRetrievalError",
    "the server does not accept these credentials: check the keys, --profile and --endpoint-url":
        "InvalidToken InvalidAccessKeyId SignatureDoesNotMatch InvalidClientTokenId",
    "this machine's clock is wrong: set it, and run this again": "RequestTimeTooSkewed RequestExpired",
    "there is no such bucket: `notes-site deploy --setup website` prints how to make one": "NoSuchBucket",
    "there is no such distribution in this account: check --distribution and --profile": "NoSuchDistribution",
    "the bucket is in another region: give it with --region":
        "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException",
    "there are no credentials: `aws configure`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY": "NoCredentialsError",
    "half of the credentials is missing: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY": "PartialCredentialsError",
    "the server cannot be reached: check the network, --region and --endpoint-url":
        "EndpointConnectionError ConnectTimeoutError",
    "the answer is not one of S3: is a proxy or a login page of the network in between? check --endpoint-url too":
        "MalformedResponse ResponseParserError",
    "the server sends us elsewhere and does not say where: check the bucket, --region and --endpoint-url":
        "301 302 303 307 308 TemporaryRedirect",
    "the server asks to slow down, again and again: try later, or with fewer --jobs": "SlowDown",
}  # fmt: skip
_HINTS = {code: hint for hint, codes in _HINTS_OF.items() for code in codes.split()}
_MESSAGE_LENGTH = 300  # characters of what a server says
_DENIED = "the credentials do not allow to {what}: `notes-site deploy --setup {setup}` prints the policy that does"


def explain(said: str, code: str = "", place: str = "", what: str = "") -> str:
    """Return one line: what could not be done where, what was said, and what helps as far as that is known."""
    known = _HINTS.get(code, "")
    if code in ("AccessDenied", "403", "Forbidden", "AccessDeniedException"):
        setup = "cloudfront" if place.startswith("the distribution") else "website"
        known = _DENIED.format(what=what, setup=setup)
    where = f"{place}: " if place else ""
    doing = f"could not {what}: " if what else ""
    end = " ".join(said.split())[:_MESSAGE_LENGTH].rstrip(".")
    return f"{where}{known} ({end})" if known else f"{where}{doing}{end}"


class Distribution:
    """A CloudFront distribution, as far as a deploy needs it."""

    def __init__(self, options: DeployOptions) -> None:
        self._id = options.distribution
        self._call = Caller(
            client("cloudfront", options._replace(region="us-east-1", endpoint_url="")), f"the distribution {self._id}"
        )

    def invalidate(self, paths: tuple[str, ...], reference: str) -> None:
        """Ask for an invalidation; asking again with the same reference is the same request."""
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        create = self._call.client.create_invalidation

        def send() -> None:
            field(create(DistributionId=self._id, InvalidationBatch=batch), "Invalidation")

        self._call(send, "invalidate what has changed")
