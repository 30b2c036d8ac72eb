#!/bin/sh
# Runs the benchmarks; the first time it installs the peers into Benchmarks/.venv.
set -eu
cd "$(dirname "$0")"
if [ ! -x .venv/bin/python ] || ! cmp -s requirements.txt .venv/installed.txt; then
    "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --requirement requirements.txt
    cp requirements.txt .venv/installed.txt
fi
exec .venv/bin/python run.py "$@"
