"""Writes what others may have of the current release."""

from pathlib import Path

from orchestration.cli.errors import USAGE, CommandError
from orchestration.cli.release import current
from orchestration.publish.handing_on import Product, hand_on
from orchestration.settings import Settings


def export(home: Settings, public: Path | None, analyst: Path | None) -> dict[str, object]:
    """Write one product to the folder asked for; what was written, and where."""
    if (public is None) == (analyst is None):
        raise CommandError(
            "Which product is to be exported?",
            "Name its folder: --public DIR for what everybody may have, --analyst DIR for what analysts alone may.",
            USAGE,
        )
    product: Product = "public" if public else "analyst"
    target = (public or analyst or Path()).expanduser().absolute()
    if target.exists() or target.is_symlink():
        raise CommandError(f"{target} is there already.", "Name a folder that is not, so that nothing old stays in it.")
    if target.is_relative_to(home.root):
        raise CommandError(
            f"{target} lies in the warehouse, which nobody else may read.", "Name a folder elsewhere.", USAGE
        )
    release = current(home)
    files = hand_on(release, target, product)
    return {"product": product, "release": release.name, "folder": str(target), "files": len(files)}
