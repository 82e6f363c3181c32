"""CloudFront, as far as a deploy needs it."""

from __future__ import annotations

from notes_site.deploy.aws import Account, Caller, client, field


class Distribution:
    """A CloudFront distribution."""

    def __init__(self, name: str, account: Account) -> None:
        self._name = name
        self._call = Caller(
            client("cloudfront", account._replace(region="us-east-1", endpoint_url="")), f"the distribution {name}"
        )

    def invalidate(self, paths: tuple[str, ...], reference: str) -> None:
        """Ask for an invalidation; asking again with the same reference is the same request."""
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        create = self._call.client.create_invalidation

        def send() -> None:
            field(create(DistributionId=self._name, InvalidationBatch=batch), "Invalidation")

        self._call(send, "invalidate what has changed")
