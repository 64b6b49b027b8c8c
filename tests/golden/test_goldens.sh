#!/bin/sh
# The committed golden files are what make_goldens.py writes today, to 1e-7 of every tensor's norm.
# Skipped where PyTorch or scikit-learn is absent. PYTHON overrides the interpreter.
set -eu

here=${srcdir:-.}/tests/golden
python=${PYTHON:-python3}
if ! "$python" -c 'import numpy, sklearn, torch' 2>/dev/null; then
    python=/usr/bin/python3
    "$python" -c 'import numpy, sklearn, torch' 2>/dev/null || {
        echo "skipped: no Python with numpy, scikit-learn and torch"
        exit 77
    }
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/goldens.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
"$python" "$here/make_goldens.py" "$scratch"
"$python" -B "$here/compare_goldens.py" "$here" "$scratch"
