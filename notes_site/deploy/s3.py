"""Amazon S3 and servers that speak its protocol; CloudFront. The only module that knows botocore, loaded when used.

botocore without boto3: the clients are the same, and loading takes 0.2 s instead of 0.35 s. Its own retries are off: a
retry must know which answers to give up on at once.
"""

from __future__ import annotations

import random
import threading
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from notes_site.deploy.advice import advice
from notes_site.deploy.model import Conflict, DeployError, Headers, Listed, Object
from notes_site.deploy.store import ABSENT

_TRIES = 8
_CONNECTING = 5  # tries to reach a server at all
_LONGEST_WAIT = 20.0  # seconds
_PART = 16 * 1024 * 1024  # bytes of one part of a large file
_PASSING = {
    "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "BadDigest",
    "IncompleteBody",
}  # fmt: skip
_T = TypeVar("_T")


class Account(NamedTuple):
    """Whose credentials to use, and where the server is; what is empty is found as the AWS tools find it."""

    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    jobs: int = 16


def _client(service: str, account: Account, **options: Any) -> Any:
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
        return session.create_client(
            service, region_name=region, config=config, endpoint_url=account.endpoint_url or None
        )
    except (BotoCoreError, ValueError) as exc:
        raise DeployError(advice(str(exc))) from None


class _Caller:
    """Sends requests, again when the answer is one that passes."""

    def __init__(self, client: Any, place: str) -> None:
        self.client, self._place = client, place
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def __call__(self, send: Callable[[], _T], what: str) -> _T:
        from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
        from botocore.parsers import ResponseParserError

        for attempt in range(1, _TRIES + 1):
            try:
                return send()
            except ClientError as exc:
                code, status = _code(exc)
                passing = code in _PASSING or (status >= 500 and code != "NotImplemented")
                reason = advice(f"{code}: {exc.response['Error'].get('Message', '')}", code, self._place, what)
                if not passing or attempt == _TRIES:
                    raise _Answer(reason, code, status) from None
            except (HTTPClientError, ResponseParserError, ConnectionError) as exc:
                reason = advice(str(exc), type(exc).__name__, self._place, what)
                if attempt == (_CONNECTING if isinstance(exc, ConnectionError) else _TRIES):
                    raise DeployError(reason) from None
            except BotoCoreError as exc:
                raise DeployError(advice(str(exc), type(exc).__name__, self._place, what)) from None
            longest = min(_LONGEST_WAIT, 0.1 * 2**attempt)
            if self._stopped.wait(random.uniform(longest / 2, longest)):
                raise DeployError(reason)
        raise AssertionError("unreachable")


class _Answer(DeployError):
    """A refusal of the server's, with its code and HTTP status."""

    def __init__(self, reason: str, code: str, status: int) -> None:
        super().__init__(reason)
        self.code, self.status = code, status


def _code(exc: Any) -> tuple[str, int]:
    return str(exc.response["Error"].get("Code", "")), int(exc.response["ResponseMetadata"]["HTTPStatusCode"])


class S3Store:
    """The objects of one bucket below one prefix."""

    batch = 1000  # of DeleteObjects (Amazon S3 API Reference)

    def __init__(self, bucket: str, prefix: str, account: Account) -> None:
        # Servers of one's own seldom have a host name for each bucket.
        style = "path" if account.endpoint_url else "auto"
        client = _client("s3", account, s3={"addressing_style": style})
        client.meta.events.register("before-call.s3.PutObject", _without_expect)
        client.meta.events.register("before-call.s3.DeleteObjects", _with_md5)
        self._call = _Caller(client, f"s3://{bucket}/{prefix}")
        self._client, self._bucket, self._prefix = client, bucket, prefix
        self._bare = False  # whether this server wants an ETag without its quotes

    @property
    def region(self) -> str:
        """The region that requests are signed for."""
        return str(self._client.meta.region_name)

    def _of(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def get(self, key: str) -> Object | None:
        """Return an object; its age is by the server's clock."""

        def send() -> Object:
            answer = self._client.get_object(**self._of(key))
            data = answer["Body"].read()
            return Object(data, _bare(answer["ETag"]), _age(answer))

        try:
            return self._call(send, f"read {key}")
        except _Answer as exc:
            if exc.code in ("NoSuchKey", "404"):
                return None
            raise

    def put(self, key: str, data: bytes | Path, headers: Headers, sha256: str = "", guard: str = "") -> str:
        """Write an object; a large file in parts, which become an object all at once."""
        stored: dict[str, Any] = {"ContentType": headers.content_type, "CacheControl": headers.cache_control}
        if sha256:
            stored["Metadata"] = {"sha256": sha256}
        if isinstance(data, Path):
            return self._put_parts(key, data, stored)
        checked = {"ContentMD5": _md5(data), "Body": data}
        if not guard:
            return self._put(key, {**stored, **checked})
        if guard == ABSENT:
            return self._put(key, {**stored, **checked, "IfNoneMatch": "*"})
        return self._put_matching(key, {**stored, **checked}, guard)

    def _put_matching(self, key: str, fields: dict[str, Any], etag: str) -> str:
        """Try the ETag as RFC 9110 has it, then as some servers want it."""
        if not self._bare:
            with_quotes = {**fields, "IfMatch": f'"{etag}"'}
            try:
                return self._put(key, with_quotes)
            except Conflict:
                pass
        written = self._put(key, {**fields, "IfMatch": etag})
        self._bare = True
        return written

    def _put(self, key: str, fields: dict[str, Any]) -> str:
        guarded = "IfMatch" in fields or "IfNoneMatch" in fields
        try:
            answer = self._call(lambda: self._client.put_object(**self._of(key), **fields), f"write {key}")
        except _Answer as exc:
            if guarded and (exc.status in (404, 409, 412) and exc.code != "NoSuchBucket"):
                raise Conflict(key) from None
            raise
        return _bare(answer["ETag"])

    def _put_parts(self, key: str, path: Path, stored: dict[str, Any]) -> str:
        of, what = self._of(key), f"write {key}"
        upload = self._call(lambda: self._client.create_multipart_upload(**of, **stored), what)["UploadId"]
        parts = []
        try:
            for number, data in enumerate(_parts(path), 1):
                parts.append({"PartNumber": number, "ETag": self._put_part(of, upload, number, data, what)})
            done = {"UploadId": upload, "MultipartUpload": {"Parts": parts}}
            return _bare(self._call(lambda: self._client.complete_multipart_upload(**of, **done), what)["ETag"])
        except BaseException:
            with suppress(DeployError):
                self._call(lambda: self._client.abort_multipart_upload(**of, UploadId=upload), what)
            raise

    def _put_part(self, of: dict[str, str], upload: str, number: int, data: bytes, what: str) -> str:
        fields = {"UploadId": upload, "PartNumber": number, "Body": data, "ContentMD5": _md5(data)}
        return str(self._call(lambda: self._client.upload_part(**of, **fields), what)["ETag"])

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        """Return all objects below the prefix."""
        found: dict[str, Listed] = {}
        more: dict[str, str] = {}
        while True:
            page = self._call(
                lambda more=more: self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, **more),  # type: ignore[misc]
                "list the bucket",
            )
            for each in page.get("Contents", ()):
                found[each["Key"].removeprefix(self._prefix)] = Listed(each["Size"], _bare(each.get("ETag", "")))
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete objects. A 200 answer may hold errors: those that pass are tried again."""
        left = {self._prefix + key: key for key in keys}
        for attempt in range(_TRIES):
            request = {"Objects": [{"Key": key} for key in left], "Quiet": True}
            answer = self._call(
                lambda request=request: self._client.delete_objects(Bucket=self._bucket, Delete=request),  # type: ignore[misc]
                "delete objects",
            )
            failed = {e["Key"]: e for e in answer.get("Errors", ()) if e.get("Code") != "NoSuchKey"}
            if not failed or attempt == _TRIES - 1 or any(e.get("Code") not in _PASSING for e in failed.values()):
                return {left[key]: f"{e.get('Code')}: {e.get('Message', '')}" for key, e in failed.items()}
            left = {key: left[key] for key in failed}
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """Let no retry wait any more."""
        self._call.stop()

    def close(self) -> None:
        """Nothing is left behind."""


class Distribution:
    """A CloudFront distribution."""

    def __init__(self, name: str, account: Account) -> None:
        self._name = name
        self._call = _Caller(
            _client("cloudfront", account._replace(region="us-east-1", endpoint_url="")), f"the distribution {name}"
        )

    def invalidate(self, paths: tuple[str, ...], reference: str) -> None:
        """Ask for an invalidation; asking again with the same reference is the same request."""
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        create = self._call.client.create_invalidation
        self._call(lambda: create(DistributionId=self._name, InvalidationBatch=batch), "invalidate what has changed")


def _without_expect(params: dict[str, Any], **_: object) -> None:
    """Do not wait for permission to send each file, which takes a round trip: reading has shown where the bucket is."""
    params["headers"].pop("Expect", None)


def _with_md5(params: dict[str, Any], **_: object) -> None:
    """Older servers want DeleteObjects with the checksum that it had first."""
    params["headers"]["Content-MD5"] = _md5(params["body"])


def _md5(data: bytes) -> str:
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()


def _bare(etag: str) -> str:
    return etag.strip('"')


def _age(answer: dict[str, Any]) -> float:
    now = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    written: datetime = answer["LastModified"]
    return (parsedate_to_datetime(now) - written).total_seconds() if now else 0.0


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_PART):
            yield data
