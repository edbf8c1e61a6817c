"""What must outlive a power cut: bytes are on the disk before the rename that makes them count.

A rename alone may reach the disk before what it names; after a cut the folder would be there and its files be empty.
"""

import os
from hashlib import file_digest
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Have everything below a folder on the disk, and the folder itself."""
    for below, _, files in os.walk(folder):
        for name in files:
            sync(Path(below, name))
        sync(Path(below))


def sha256(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
