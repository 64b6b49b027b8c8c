#!/usr/bin/env bash
# misformatted.sh FOLDER: the places below it where clang-format 14 lays out a C or C++ source otherwise than it
# is, by the .clang-format above them. Other versions lay out differently. Exit status 0: all is as it should be,
# 1: not, 2: there is no clang-format 14.
set -euo pipefail

find_formatter() {
    local name
    for name in clang-format-14 clang-format; do
        if [[ $(type -P "$name" > /dev/null && "$name" --version) == *'version 14.'* ]]; then
            echo "$name"
            return
        fi
    done
    return 1
}

formatter=$(find_formatter) || {
    echo "there is no clang-format 14"
    exit 2
}
cd "$1"
find . \( -name '*build*' -o -name '.*' ! -name . \) -prune -o \
    \( -name '*.[ch]' -o -name '*.cpp' \) -print0 | sort -z |
    xargs -0 "$formatter" --dry-run -Werror 2>&1 || exit 1
