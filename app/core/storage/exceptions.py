"""What can go wrong with blobs."""

from app.core.exceptions import NotFound, Unavailable


class BlobMissing(NotFound):
    """No blob has this digest."""

    code = "blob-missing"
    message = "This file is not in the store."


class StorageUnavailable(Unavailable):
    """The store cannot be reached, or is full."""

    code = "storage-unavailable"
    message = "The file store is not available at the moment. Please try again."
