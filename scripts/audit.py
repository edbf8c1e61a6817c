"""Checks the locked packages: known faults where an advisory source can be reached, licences always.

Licences are read from the packages as they are installed, known faults are asked for with pip-audit, where that is
installed and its source answers; that it could not be asked is said, and is no pass.
"""

import importlib.util
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

LOCKS = ("run", "dev")
REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
# What may be used beside software under Apache-2.0 without its own terms reaching over to it.
ALLOWED = (
    "mit", "bsd", "apache", "isc", "python software foundation", "psf", "mozilla public license", "mpl", "unlicense",
    "public domain", "zlib", "hpnd", "lesser general public", "lgpl", "zope", "zpl", "cc0", "0bsd", "blueoak",
)  # fmt: skip
REFUSED = ("agpl", "affero", "proprietary", "non-commercial", "commons clause", "busl", "sspl")
# Packages whose metadata names no licence, or one that the list above cannot judge; each was looked up by hand.
LOOKED_UP = {"text-unidecode": "Artistic License, or GPL at the choice of who uses it"}


def locked(lock: Path) -> list[str]:
    """The names in a lock file."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)


def licence(name: str) -> str | None:
    """What an installed package says of its licence; None where it is not installed."""
    try:
        told = distribution(name).metadata
    except PackageNotFoundError:
        return None
    trove = [entry.rpartition("::")[2].strip() for entry in told.get_all("Classifier", []) if "License ::" in entry]
    text = told.get("License-Expression") or "; ".join(one for one in trove if one != "OSI Approved")
    return text or (told.get("License") or "").split("\n")[0].strip()[:200] or LOOKED_UP.get(name.lower(), "")


def judged(text: str) -> bool:
    """Whether a licence is one that may be used."""
    words = text.lower()
    plain_gpl = re.search(r"(?<![al])gpl|general public license", words.replace("lesser general public license", ""))
    allowed = any(sign in words for sign in ALLOWED)
    return allowed and not any(sign in words for sign in REFUSED) and not (plain_gpl and " or " not in words)


def check_licences() -> list[str]:
    """Packages whose licence is missing or not allowed, in words."""
    wrong, seen = [], 0
    for name in sorted({name for lock in LOCKS for name in locked(REQUIREMENTS / f"{lock}.lock")}, key=str.lower):
        found = licence(name)
        if found is None:
            continue  # for another platform, or not set up: said in the sum
        seen += 1
        if not judged(found) and name.lower() not in LOOKED_UP:
            wrong.append(f"{name}: {found or 'names no licence'}")
    print(f"licences: {seen} installed packages looked at, {len(wrong)} to look up")
    return wrong


def check_faults() -> int:
    """Have pip-audit look at the locks; 0 where nothing is known or nobody could be asked."""
    if importlib.util.find_spec("pip_audit") is None:
        print("known faults: not checked; pip-audit is not installed (pip install pip-audit)")
        return 0
    worst = 0
    for lock in LOCKS:
        command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--requirement"]
        found = subprocess.run(
            [*command, str(REQUIREMENTS / f"{lock}.lock")], capture_output=True, text=True, check=False
        )
        said = (found.stdout + found.stderr).strip()
        if found.returncode and not re.search(r"Found \d+ known", said):
            print(
                f"known faults of {lock}.lock: not checked; no advisory source answered: {said.splitlines()[-1][:200] if said else ''}"
            )
            continue
        print(f"known faults of {lock}.lock: {said}")
        worst = max(worst, found.returncode)
    return worst


def main() -> int:
    """Print what was found; 1 where something is wrong."""
    wrong = check_licences()
    for line in wrong:
        print(f"  {line}")
    return int(bool(wrong) or bool(check_faults()))


if __name__ == "__main__":
    raise SystemExit(main())
