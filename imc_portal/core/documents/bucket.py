"""A bucket of an S3-compatible store, by django-storages: one put, one get, its faults in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from imc_portal.core.documents.problems import Missing, StoreDown

#: Two tries of this many seconds stay far below the time limit of a task.
CONNECT_SECONDS, READ_SECONDS, TRIES = 3, 10, 2
#: What S3 takes in one put, which is all or nothing; above it parts of a dead writer could stay behind.
ONE_PUT = 5 * 1024**3


class Bucket(S3Storage):  # type: ignore[misc]  # without types of its own
    """S3 as a keeper of documents: what it took is asked back by its size, its checksum on every reading."""

    client_config: Any

    def __init__(self, **options: Any) -> None:
        options.setdefault("transfer_config", TransferConfig(multipart_threshold=ONE_PUT, use_threads=False))
        super().__init__(**options)
        patience = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
        )
        self.client_config = self.client_config.merge(patience)

    def keep(self, name: str, content: bytes) -> None:
        """Put the bytes in one request, whose checksum the store verifies; ask back how many it has."""
        with _faults(name):
            self._save(name, ContentFile(content))
            kept = self.size(name)
        if kept != len(content):
            raise StoreDown(name, f"the store kept {kept} of {len(content)} bytes")

    def fetch(self, name: str) -> bytes:
        """The bytes as they stand, in one request."""
        with _faults(name):
            return bytes(self.bucket.Object(self._normalize_name(name)).get()["Body"].read())

    def answer(self, name: str) -> None:
        """Be there: a bucket that is gone, or whose key changed, has lost no document."""
        with _faults(name):
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def sweep(self, older_than: float) -> int:
        """A put that died left nothing."""
        return 0


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """Whatever the store or the way to it says, in one word: later."""
    try:
        yield
    except ClientError as problem:
        error = problem.response.get("Error", {})
        if error.get("Code") == "NoSuchKey":
            raise Missing(name) from problem
        raise StoreDown(name, f"{error.get('Code', '')} {error.get('Message', '')}".strip()) from problem
    except (BotoCoreError, Boto3Error, OSError) as problem:
        raise StoreDown(name, type(problem).__name__) from problem
