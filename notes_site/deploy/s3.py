"""Amazon S3, and servers that speak its protocol, as a store."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import md5
from typing import Any, TypeVar

from notes_site.base.errors import (
    ConditionsUnsupported,
    DeployError,
    ErrorResponse,
    MalformedResponse,
    PreconditionFailed,
)
from notes_site.deploy.aws import TRANSIENT, Caller, client, field
from notes_site.deploy.lock import hold_lock
from notes_site.deploy.options import DeployOptions
from notes_site.deploy.store import ABSENT, Data, Headers, Listed, Object

_ROUNDS = 5  # of deleting what could not be deleted at first
_T = TypeVar("_T")


class S3Store:
    """The objects of the target's bucket below its prefix."""

    batch = 1000  # of DeleteObjects (Amazon S3 API Reference)

    def __init__(self, options: DeployOptions) -> None:
        # Servers of one's own seldom have a host name for each bucket.
        style = "path" if options.endpoint_url else "auto"
        self._client = client("s3", options, s3={"addressing_style": style})
        self._client.meta.events.register("before-call.s3.PutObject", _without_expect)
        self._client.meta.events.register("before-call.s3.DeleteObjects", _with_md5)
        self._options = options
        self._bucket, self._prefix = options.target.bucket, options.target.prefix
        self._call = Caller(self._client, f"s3://{self._bucket}/{self._prefix}")
        self._region = str(self._client.meta.region_name)  # of the bucket, once it has been listed
        self._check: Callable[[], None] = lambda: None
        self._unquoted = False  # whether this server wants an ETag without its quotes

    @property
    def address(self) -> str:
        """Where the site can be read: at Amazon's website endpoint, or at the server's own."""
        return self._options.target.address(self._region, self._options.endpoint_url)

    @contextmanager
    def hold(self, deploy: str) -> Iterator[Callable[[], None]]:
        """Hold the lock in the bucket. It is checked before each try to write, since one may come minutes after the one
        before: the machine may have slept.
        """
        target = f"{self._options.target.shown} {self._options.endpoint_url}".strip()
        with hold_lock(self, deploy, self._options.output, target) as lock:
            self._check = lock.keep
            yield lock.keep

    def _write(self, send: Callable[[], _T], what: str) -> _T:
        def checked() -> _T:
            self._check()
            return send()

        return self._call(checked, what)

    def _of(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def get(self, key: str) -> Object | None:
        """Return an object; its age is by the server's clock."""

        def send() -> Object:
            response = self._client.get_object(**self._of(key))
            if not {"content-length", "transfer-encoding"} & response["ResponseMetadata"]["HTTPHeaders"].keys():
                raise MalformedResponse("it does not say where it ends")  # cut within its headers: its body is empty
            return Object(field(response, "Body").read(), _etag(response), _age(response))

        try:
            return self._call(send, f"read {key}")
        except ErrorResponse as exc:
            if exc.code in ("NoSuchKey", "404"):
                return None
            raise

    def put(self, key: str, data: Data, headers: Headers, sha256: str = "", expected: str = "") -> str:
        """Write an object; a large file in parts, which become an object all at once."""
        stored: dict[str, Any] = {"ContentType": headers.content_type, "CacheControl": headers.cache_control}
        if sha256:
            stored["Metadata"] = {"sha256": sha256}
        if not isinstance(data, bytes):
            return self._put_parts(key, data, stored, expected)
        fields = {**stored, "ContentMD5": _md5(data), "Body": data}
        unquoted = self._unquoted  # another thread may learn it meanwhile
        try:
            return self._put(key, {**fields, **self._condition(expected)})
        except PreconditionFailed:
            if expected == ABSENT or unquoted:
                raise
        return self._put_unquoted(key, fields, expected)

    def _condition(self, expected: str) -> dict[str, str]:
        if expected == ABSENT:
            return {"IfNoneMatch": "*"}
        return {"IfMatch": expected if self._unquoted else f'"{expected}"'} if expected else {}

    def _put_unquoted(self, key: str, fields: dict[str, Any], etag: str) -> str:
        """Try an ETag without the quotes that RFC 9110 has: some servers want it so."""
        try:
            written = self._put(key, {**fields, "IfMatch": etag})
        except ErrorResponse as exc:
            if exc.code in ("InvalidArgument", "InvalidRequest", "BadRequest"):  # not the form that it wants
                raise PreconditionFailed(key) from None
            raise
        self._unquoted = True
        return written

    def _put(self, key: str, fields: dict[str, Any]) -> str:
        conditional = "IfMatch" in fields or "IfNoneMatch" in fields
        try:
            return self._write(lambda: _etag(self._client.put_object(**self._of(key), **fields)), f"write {key}")
        except ErrorResponse as exc:
            if conditional and _is_refused(exc):
                raise PreconditionFailed(key) from None
            if conditional and exc.code == "NotImplemented":
                raise ConditionsUnsupported from None
            raise

    def _put_parts(self, key: str, data: Iterator[bytes], stored: dict[str, Any], expected: str) -> str:
        of, what = self._of(key), f"write {key}"
        create = self._client.create_multipart_upload
        upload = self._write(lambda: field(create(**of, **stored), "UploadId"), what)
        try:
            parts = [self._put_part(of, upload, number, part, what) for number, part in enumerate(data, 1)]
            if expected and self._etag_of(key) != expected:  # not every server heeds the condition of what follows
                raise PreconditionFailed(key)
            done = {"UploadId": upload, "MultipartUpload": {"Parts": parts}, **self._condition(expected)}
            self._complete(of, done, what)
            metadata, etag = self._call(lambda: _metadata(self._client.head_object(**of)), what)
            if metadata != stored.get("Metadata", {}):
                raise PreconditionFailed(key)
        except BaseException:
            with suppress(DeployError):
                self._call(lambda: self._client.abort_multipart_upload(**of, UploadId=upload), what)
            raise
        return etag  # which some servers leave out of their last answer

    def _put_part(self, of: dict[str, str], upload: str, number: int, data: bytes, what: str) -> dict[str, Any]:
        fields = {"UploadId": upload, "PartNumber": number, "Body": data, "ContentMD5": _md5(data)}
        etag = self._write(lambda: field(self._client.upload_part(**of, **fields), "ETag"), what)
        return {"PartNumber": number, "ETag": etag}

    def _complete(self, of: dict[str, str], done: dict[str, Any], what: str) -> None:
        try:
            self._write(lambda: self._client.complete_multipart_upload(**of, **done), what)
        except ErrorResponse as exc:
            if not _is_refused(exc):  # else the object shows whether a try whose answer was lost has completed it
                raise

    def _etag_of(self, key: str) -> str:
        """Return an object's ETag, ABSENT without one; by listing, which needs no right beyond the prefix."""
        of = {"Bucket": self._bucket, "Prefix": self._prefix + key, "MaxKeys": 1}
        found = self._page(of, f"look for {key}")[0]
        return found[key].etag if key in found else ABSENT

    def _page(self, of: dict[str, Any], what: str) -> tuple[dict[str, Listed], str]:
        """Return one page of a listing, and the token of the next, '' when there is none."""

        def send() -> tuple[dict[str, Listed], str]:
            page = self._client.list_objects_v2(**of)
            more = field(page, "IsTruncated") and field(page, "NextContinuationToken")
            self._region = page["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", self._region)
            found = {
                field(each, "Key").removeprefix(self._prefix): Listed(
                    field(each, "Size"), _without_quotes(each.get("ETag"))
                )
                for each in page.get("Contents", ())
            }
            return found, more or ""

        return self._call(send, what)

    def list(self, wanted: Collection[str]) -> dict[str, Listed]:
        """Return all objects below the prefix."""
        found: dict[str, Listed] = {}
        of = {"Bucket": self._bucket, "Prefix": self._prefix}
        seen = {""}
        token = ""
        while True:
            page, token = self._page({**of, "ContinuationToken": token} if token else of, "list the bucket")
            found.update(page)
            if not token:
                return found
            if token in seen:
                raise DeployError("the server lists the bucket in a circle: nothing was written")
            seen.add(token)

    def delete(self, keys: Sequence[str]) -> dict[str, str]:
        """Delete objects. A 200 response may hold errors: what is transient is tried again."""
        left = {self._prefix + key: key for key in keys}
        for attempt in range(1, _ROUNDS + 1):
            failed = self._delete([*left])
            transient = all(e.get("Code") in TRANSIENT for e in failed.values())
            if not failed or not transient or attempt == _ROUNDS or self._call.pause(attempt):
                return {left[key]: f"{e.get('Code')}: {e.get('Message', '')}" for key, e in failed.items()}
            left = {key: left[key] for key in failed}
        raise AssertionError("unreachable")

    def _delete(self, keys: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the errors of one request, by key."""

        def send() -> dict[str, dict[str, str]]:
            request = {"Objects": [{"Key": key} for key in keys]}
            response = self._client.delete_objects(Bucket=self._bucket, Delete=request)
            errors = {field(each, "Key"): each for each in response.get("Errors", ())}
            if {*keys} - errors.keys() - {each.get("Key") for each in response.get("Deleted", ())}:
                raise MalformedResponse("it does not say what became of each object")
            return {key: each for key, each in errors.items() if each.get("Code") != "NoSuchKey"}

        return self._write(send, "delete objects")

    def stop(self) -> None:
        """Let no retry wait any more."""
        self._call.stop()


def _without_expect(params: dict[str, Any], **_: object) -> None:
    """Do not wait for permission to send each file, which takes a round trip: reading has shown where the bucket is."""
    params["headers"].pop("Expect", None)


def _with_md5(params: dict[str, Any], **_: object) -> None:
    """Older servers want DeleteObjects with the checksum that it had first."""
    params["headers"]["Content-MD5"] = _md5(params["body"])


def _is_refused(exc: ErrorResponse) -> bool:
    """Return whether this is the response to a write whose condition does not hold (Amazon S3 User Guide, "Conditional
    requests"): 404 when there is nothing to match, 409 when somebody else writes just now.
    """
    return exc.status in (404, 409, 412) and exc.code != "NoSuchBucket"


def _md5(data: bytes) -> str:
    return b64encode(md5(data, usedforsecurity=False).digest()).decode()


def _etag(response: dict[str, Any]) -> str:
    return _without_quotes(field(response, "ETag"))


def _without_quotes(etag: str | None) -> str:
    return (etag or "").strip('"')


def _metadata(response: dict[str, Any]) -> tuple[Any, str]:
    return response.get("Metadata"), _etag(response)


def _age(response: dict[str, Any]) -> float:
    now = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    written: datetime = field(response, "LastModified")
    return (parsedate_to_datetime(now) - written).total_seconds() if now else 0.0
