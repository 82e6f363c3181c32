"""Amazon S3, and servers that speak its protocol, as a store."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import md5
from pathlib import Path
from typing import Any

from notes_site.deploy.aws import PASSING, Account, Answer, Caller, client
from notes_site.deploy.model import Conflict, DeployError, Headers, Listed, Object, Unguarded
from notes_site.deploy.store import ABSENT

_PART = 16 * 1024 * 1024  # bytes of one part of a large file
_ROUNDS = 5  # of deleting what could not be deleted at first


class S3Store:
    """The objects of one bucket below one prefix."""

    batch = 1000  # of DeleteObjects (Amazon S3 API Reference)

    def __init__(self, bucket: str, prefix: str, account: Account) -> None:
        # Servers of one's own seldom have a host name for each bucket.
        style = "path" if account.endpoint_url else "auto"
        made = client("s3", account, s3={"addressing_style": style})
        made.meta.events.register("before-call.s3.PutObject", _without_expect)
        made.meta.events.register("before-call.s3.DeleteObjects", _with_md5)
        self._call = Caller(made, f"s3://{bucket}/{prefix}")
        self._client, self._bucket, self._prefix = made, bucket, prefix
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
        except Answer as exc:
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
        try:
            written = self._put(key, {**fields, "IfMatch": etag})
        except Answer as exc:
            if exc.code in ("InvalidArgument", "InvalidRequest", "BadRequest"):  # not the form that it wants
                raise Conflict(key) from None
            raise
        self._bare = True
        return written

    def _put(self, key: str, fields: dict[str, Any]) -> str:
        guarded = "IfMatch" in fields or "IfNoneMatch" in fields
        try:
            answer = self._call(lambda: self._client.put_object(**self._of(key), **fields), f"write {key}")
        except Answer as exc:
            if guarded and (exc.status in (404, 409, 412) and exc.code != "NoSuchBucket"):
                raise Conflict(key) from None
            if guarded and exc.code == "NotImplemented":
                raise Unguarded from None
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
            self._complete(of, done, what)
        except BaseException:
            with suppress(DeployError):
                self._call(lambda: self._client.abort_multipart_upload(**of, UploadId=upload), what)
            raise
        there = self._call(lambda: self._client.head_object(**of), what)
        if there.get("Metadata") != stored.get("Metadata", {}):
            raise DeployError(f"could not {what}: its parts were lost on the server; run this again")
        return _bare(there["ETag"])  # which some servers leave out of their last answer

    def _complete(self, of: dict[str, str], done: dict[str, Any], what: str) -> None:
        try:
            self._call(lambda: self._client.complete_multipart_upload(**of, **done), what)
        except Answer as exc:
            if exc.code != "NoSuchUpload":  # a try whose answer was lost has completed it
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
        for attempt in range(1, _ROUNDS + 1):
            request = {"Objects": [{"Key": key} for key in left], "Quiet": True}
            answer = self._call(
                lambda request=request: self._client.delete_objects(Bucket=self._bucket, Delete=request),  # type: ignore[misc]
                "delete objects",
            )
            failed = {e["Key"]: e for e in answer.get("Errors", ()) if e.get("Code") != "NoSuchKey"}
            passing = all(e.get("Code") in PASSING for e in failed.values())
            if not failed or not passing or attempt == _ROUNDS or self._call.pause(attempt):
                return {left[key]: f"{e.get('Code')}: {e.get('Message', '')}" for key, e in failed.items()}
            left = {key: left[key] for key in failed}
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """Let no retry wait any more."""
        self._call.stop()

    def close(self) -> None:
        """Nothing is left behind."""


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
