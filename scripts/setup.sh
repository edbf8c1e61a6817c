#!/usr/bin/env bash
# Makes .venv from the locked, hashed requirements: `scripts/setup.sh run` or `scripts/setup.sh dev`. Needs no root;
# does nothing when the locks have not changed since.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?run or dev}
venv=.venv
lock=requirements/$kind.lock

fail() { printf '\n\033[31mCannot set up Footprint.\033[0m %s\n' "$*" >&2; exit 1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
    then command -v "$candidate"; return; fi
  done
  fail "Python 3.11, 3.12 or 3.13 is needed; found: $(${PYTHON:-python3} --version 2>&1 || echo none)." \
    "Install one (Debian 12: apt install python3 python3-venv) or name it: make run PYTHON=/path/to/python3.11"
}

wanted=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
stamp=$venv/.installed-$kind
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0
[ "$kind" = run ] && [ -f "$venv/.installed-dev" ] \
  && [ "$(cat "$venv/.installed-dev")" = "$(cat requirements/dev.lock pyproject.toml | sha256sum | cut -d' ' -f1)" ] && exit 0

python=$(find_python)
"$python" -c 'import ensurepip, venv' 2>/dev/null \
  || fail "This Python cannot make virtual environments. Debian keeps that apart: apt install python3-venv"
free_kb=$(df -Pk . | awk 'NR == 2 {print $4}')
[ "$free_kb" -gt 3000000 ] || fail "3 GB of free disk are needed here, $((free_kb / 1024)) MB are free."

echo "Installing the locked requirements into $venv (a minute or two) …"
[ -x $venv/bin/python ] || "$python" -m venv $venv
# The lock names every package, so nothing is resolved; bytecode is compiled afterwards on all cores.
$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r "$lock" \
  2> >(grep -v '^WARNING: Location .* is ignored' >&2) \
  || fail "A package could not be installed. Is the package registry reachable (pip download six)? Is the disk full (df -h .)?"
$venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-compile -e . \
  2> >(grep -v '^WARNING: Location .* is ignored' >&2)
# Without compiled bytecode every start takes seconds longer, and some machines forbid to write it later.
$venv/bin/python -m compileall -q -j 0 $venv/lib orchestration expectations >/dev/null 2>&1 || true
# dbt's manifest, parsed once here, so that the first run in a new warehouse folder need not.
$venv/bin/python -m orchestration.transform.project || fail "The dbt project could not be parsed; see above."
echo "$wanted" > "$stamp"
