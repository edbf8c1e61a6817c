#!/usr/bin/env bash
# sqlfluff on every model, dbt-bouncer on the manifest; both in a folder of their own, so no warehouse is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export FOOTPRINT_BUILD_DIR=$scratch DBT_TARGET_PATH=$scratch/target DBT_LOG_PATH=$scratch/logs
export DBT_PROFILES_DIR=$PWD/dbt_project DBT_SEND_ANONYMOUS_USAGE_STATS=false
"$bin/dbt" --quiet parse --project-dir dbt_project
"$bin/sqlfluff" lint --disable-progress-bar dbt_project/models dbt_project/tests
DBT_PROJECT_DIR=$scratch "$bin/dbt-bouncer" --config-file dbt_project/dbt-bouncer.yml
