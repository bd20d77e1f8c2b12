"""Documents on the local disk or an S3-compatible store: written once and whole, checked on every reading."""

from imc_portal.core.documents.keeping import key_of, read, store, sweep
from imc_portal.core.documents.problems import Altered, Damaged, Missing, StoreDown, StoreProblem

__all__ = [
    "Altered",
    "Damaged",
    "Missing",
    "StoreDown",
    "StoreProblem",
    "key_of",
    "read",
    "store",
    "sweep",
]
