#!/usr/bin/env bash
# Resolves the locked, hashed requirements again: `bash requirements/lock.sh` (needs uv). One resolution serves both
# files, so that what is tested is what runs.
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet)
uv pip compile pyproject.toml requirements/build.in --group dev "${options[@]}" --output-file requirements/dev.lock
uv pip compile pyproject.toml requirements/build.in "${options[@]}" --constraint requirements/dev.lock --output-file requirements/run.lock
