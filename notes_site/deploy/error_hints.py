"""What to do when a server says no. Pure."""

from __future__ import annotations

_EXPIRED = "the credentials have expired: log in again (`aws sso login`, or new keys), and run this again"
_WRONG_KEYS = "the server does not accept these credentials: check the keys, --profile and --endpoint-url"
_REGION = "the bucket is in another region: give it with --region"

_NOT_S3 = "the answer is not one of S3: is a proxy or a login page of the network in between? check --endpoint-url too"
_REDIRECT = "the server sends us elsewhere and does not say where: check the bucket, --region and --endpoint-url"

_ADVICE = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "UnauthorizedSSOTokenError": _EXPIRED,
    "SSOTokenLoadError": _EXPIRED,
    "TokenRetrievalError": _EXPIRED,
    "InvalidToken": _WRONG_KEYS,
    "InvalidAccessKeyId": _WRONG_KEYS,
    "SignatureDoesNotMatch": _WRONG_KEYS,
    "InvalidClientTokenId": _WRONG_KEYS,
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it, and run this again",
    "RequestExpired": "this machine's clock is wrong: set it, and run this again",
    "NoSuchBucket": "there is no such bucket: `notes-site deploy --setup website` prints how to make one",
    "NoSuchDistribution": "there is no such distribution in this account: check --distribution and --profile",
    "PermanentRedirect": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "NoCredentialsError": "there are no credentials: `aws configure`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "PartialCredentialsError": "half of the credentials is missing: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "EndpointConnectionError": "the server cannot be reached: check the network, --region and --endpoint-url",
    "ConnectTimeoutError": "the server cannot be reached: check the network, --region and --endpoint-url",
    "MalformedResponse": _NOT_S3,
    "ResponseParserError": _NOT_S3,
    "301": _REDIRECT,
    "302": _REDIRECT,
    "303": _REDIRECT,
    "307": _REDIRECT,
    "308": _REDIRECT,
    "TemporaryRedirect": _REDIRECT,
    "SlowDown": "the server asks to slow down, again and again: try later, or with fewer --jobs",
}
_LONGEST = 300  # characters of what a server says
_DENIED = "the credentials do not allow to {what}: `notes-site deploy --setup {setup}` prints the policy that does"


def advice(said: str, code: str = "", place: str = "", what: str = "") -> str:
    """Return one line: what could not be done where, what was said, and the mend as far as it is known."""
    known = _ADVICE.get(code, "")
    if code in ("AccessDenied", "403", "Forbidden", "AccessDeniedException"):
        setup = "cloudfront" if place.startswith("the distribution") else "website"
        known = _DENIED.format(what=what, setup=setup)
    where = f"{place}: " if place else ""
    doing = f"could not {what}: " if what else ""
    end = " ".join(said.split())[:_LONGEST].rstrip(".")
    return f"{where}{known} ({end})" if known else f"{where}{doing}{end}"
