"""Material to paste for whoever owns the account: how to prepare a bucket. Pure; nothing is ever made public by us."""

from __future__ import annotations

import json
from typing import Any

from notes_site.deploy.target import Target

_ACCOUNT = "111122223333"
_DISTRIBUTION = "EDFDVBD6EXAMPLE"


def material(kind: str, target: Target, region: str, distribution: str) -> str:
    """Return the text for `website` (a public bucket) or `cloudfront` (a private one behind a distribution)."""
    if not target.bucket:
        return "A folder needs no preparation.\n"
    make = _website if kind == "website" else _cloudfront
    return make(target, region, distribution or _DISTRIBUTION)


def deploy_policy(target: Target, distribution: str = "") -> dict[str, Any]:
    """Return the IAM policy with the least that a deploy needs."""
    bucket, prefix = f"arn:aws:s3:::{target.bucket}", target.prefix
    listing: dict[str, Any] = {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket}
    if prefix:
        listing["Condition"] = {"StringLike": {"s3:prefix": f"{prefix}*"}}
    objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    statements = [
        listing,
        {"Sid": "Objects", "Effect": "Allow", "Action": objects, "Resource": f"{bucket}/{prefix}*"},
    ]
    if distribution:
        arn = f"arn:aws:cloudfront::{_ACCOUNT}:distribution/{distribution}"
        statements.append(
            {"Sid": "Invalidate", "Effect": "Allow", "Action": "cloudfront:CreateInvalidation", "Resource": arn}
        )
    return {"Version": "2012-10-17", "Statement": statements}


def website_policy(target: Target) -> dict[str, Any]:
    """Return the bucket policy of a public site: anyone reads all but what notes-site keeps for itself.

    For a whole bucket that is one statement, which every server understands. A part of a bucket needs a second one,
    whose condition only Amazon's servers know.
    """
    everything = f"arn:aws:s3:::{target.bucket}/{target.prefix}"
    state = f"{everything}.notes-site/*"
    reads = {"Sid": "AnyoneReads", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    if not target.prefix:
        return {"Version": "2012-10-17", "Statement": [{**reads, "NotResource": state}]}
    anonymous = {"StringEquals": {"aws:PrincipalType": "Anonymous"}}
    denied = {**reads, "Sid": "ButNotTheState", "Effect": "Deny", "Resource": state, "Condition": anonymous}
    return {"Version": "2012-10-17", "Statement": [{**reads, "Resource": f"{everything}*"}, denied]}


def origin_policy(target: Target, distribution: str) -> dict[str, Any]:
    """Return the bucket policy that lets one distribution read (Origin Access Control), and nobody else.

    Without the right to list, S3 answers 403 for what is not there; with it 404, which the error page needs.
    """
    bucket = f"arn:aws:s3:::{target.bucket}"
    who = {"Principal": {"Service": "cloudfront.amazonaws.com"}}
    arn = f"arn:aws:cloudfront::{_ACCOUNT}:distribution/{distribution}"
    only = {"Condition": {"StringEquals": {"AWS:SourceArn": arn}}}
    state = f"{bucket}/{target.prefix}.notes-site/*"
    read = {"Action": "s3:GetObject", "Resource": f"{bucket}/{target.prefix}*"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "CloudFrontReads", "Effect": "Allow", **who, **read, **only},
            {"Sid": "CloudFrontSeesWhatIsMissing", "Effect": "Allow", **who, "Action": "s3:ListBucket",
             "Resource": bucket, **only},
            {"Sid": "ButNotTheState", "Effect": "Deny", **who, "Action": "s3:GetObject", "Resource": state},
        ],
    }  # fmt: skip


def _website(target: Target, region: str, distribution: str) -> str:
    bucket, prefix = target.bucket, target.prefix
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": f"{prefix}404.html"}}
    block = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=false"
    return "\n".join(
        [
            "# A site that S3 serves itself. What it costs in openness: anyone can read every object of the site, over",
            "# plain HTTP. Nobody else can write or list. Whoever owns the account runs this once, in a shell:",
            "",
            *_bucket(bucket, region),
            f"aws s3api put-public-access-block --bucket {bucket} \\",
            f"  --public-access-block-configuration {block}",
            _file("website.json", website),
            f"aws s3api put-bucket-website --bucket {bucket} --website-configuration file://website.json",
            _file("bucket-policy.json", website_policy(target)),
            f"aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy.json",
            *_then(target),
        ]
    )


def _cloudfront(target: Target, region: str, distribution: str) -> str:
    bucket, prefix = target.bucket, target.prefix
    control = {
        "Name": bucket, "OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4",
    }  # fmt: skip
    return "\n".join(
        [
            "# A private bucket behind CloudFront. What it costs in openness: nobody reads the bucket but this one",
            "# distribution; anyone can read the pages through it, over HTTPS. The account's owner runs this once,",
            f"# in a shell, and puts the account's number for {_ACCOUNT} and the distribution's id for {distribution}:",
            "",
            *_bucket(bucket, region),
            f"aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration \\",
            "  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
            _file("access-control.json", control),
            "aws cloudfront create-origin-access-control \\",
            "  --origin-access-control-config file://access-control.json   # prints ID, for OriginAccessControlId",
            _file("distribution.json", _distribution(bucket, prefix, region)),
            "aws cloudfront create-distribution --distribution-config file://distribution.json   # prints the id",
            _file("bucket-policy.json", origin_policy(target, distribution)),
            f"aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy.json",
            *_then(target, distribution),
        ]
    )


def _distribution(bucket: str, prefix: str, region: str) -> dict[str, Any]:
    """Return the distribution's configuration: HTTPS, compression, CachingOptimized, a page for 404."""
    origin = {
        "Id": "bucket",
        "DomainName": f"{bucket}.s3.{region}.amazonaws.com",
        "OriginAccessControlId": "ORIGIN-ACCESS-CONTROL-ID",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    missing = {"ErrorCode": 404, "ResponsePagePath": f"/{prefix}404.html", "ResponseCode": "404"}
    return {
        "CallerReference": bucket,
        "Comment": "",
        "Enabled": True,
        "DefaultRootObject": "" if prefix else "index.html",
        "HttpVersion": "http2and3",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "Compress": True,
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        "CustomErrorResponses": {"Quantity": 1, "Items": [{**missing, "ErrorCachingMinTTL": 0}]},
    }


def _bucket(bucket: str, region: str) -> list[str]:
    where = "" if region == "us-east-1" else f" \\\n  --create-bucket-configuration LocationConstraint={region}"
    return [f"aws s3api create-bucket --bucket {bucket} --region {region}{where}"]


def _then(target: Target, distribution: str = "") -> list[str]:
    option = f" --distribution {distribution}" if distribution else ""
    return [
        "",
        "# The least that a deploy needs, for the user or role that runs it:",
        _file("deploy-policy.json", deploy_policy(target, distribution)),
        "",
        f"# Then: notes-site deploy {target.shown}{option}\n",
    ]


def _file(name: str, content: dict[str, Any]) -> str:
    return f"cat > {name} <<'END'\n{json.dumps(content, indent=2)}\nEND"
