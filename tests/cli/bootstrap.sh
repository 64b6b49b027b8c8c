#!/usr/bin/env bash
# ./bootstrap: the packages of its first line build all there is, and a later call configures anew when what
# configure looks for has appeared, moved or changed since, and only then.
. "$(dirname "$0")/../tools/lib.sh"

# ---- a tree whose configure, make and package tools only leave a note
mkdir tree bin
cp "$top_srcdir/bootstrap" tree
touch tree/configure.ac tree/Makefile.am tree/Makefile.in
note() { # FILE TEXT: a program that writes TEXT into `notes`
    printf '#!/bin/sh\necho "%s" >> "%s/notes"\n' "$2" "$PWD" > "$1"
    chmod +x "$1"
}
note tree/configure "configure"
cat >> tree/configure << 'EOF'
touch Makefile
printf '#!/bin/sh\necho "config.status $*" >> "%s"\n' "$NOTES" > config.status
chmod +x config.status
EOF
note bin/make "make"
note bin/apt-get 'apt-get $*'
printf '#!/bin/sh\ncat "%s/version"\n' "$PWD" > bin/pkg-config
printf '#!/bin/sh\necho installed\n' > bin/dpkg-query
chmod +x bin/pkg-config bin/dpkg-query
for tool in bash env cat chmod cmp dirname mkdir touch sed sh grep find; do ln -s "$(type -P "$tool")" bin; done
ln -s /bin/true bin/gcc
echo 1.0 > version
export NOTES=$PWD/notes
build() { # what it did, on a line
    : > notes
    expect_status 0 env -u CC -u CXX -u BUILD_DIR PATH="$PWD/bin" JOBS=1 tree/bootstrap build
    tr '\n' ',' < notes
}
did() { [ "$2" = "$3" ] || fail "$1: did $2, expected $3"; }

did "the first call" "$(build)" "configure,make,"
did "nothing new" "$(build)" "make,"
ln -s /bin/true bin/g++
did "a compiler has appeared" "$(build)" "config.status --recheck,config.status ,make,"
did "nothing new" "$(build)" "make,"
echo 1.1 > version
did "a library of another version" "$(build)" "config.status --recheck,config.status ,make,"
rm bin/g++
did "a compiler has gone" "$(build)" "config.status --recheck,config.status ,make,"

# ---- a missing package is named, g++ among those of every call
printf '#!/bin/sh\nexit 1\n' > bin/dpkg-query
printf '#!/bin/sh\necho 0\n' > bin/id
chmod +x bin/id
: > notes
run env -u CC -u CXX PATH="$PWD/bin" JOBS=1 tree/bootstrap build
grep -q strace notes && fail "a build installs what only tests need: $(cat notes)"
: > notes
run env -u CC -u CXX PATH="$PWD/bin" JOBS=1 tree/bootstrap build --with-tests
grep -q "apt-get install .* strace" notes || fail "what tests need is not installed: $(cat notes)"
for words in "build --with-test" "build --with-tests --with-qgis" "demo --with-qgis" ""; do
    # shellcheck disable=SC2086
    expect_status 2 env -u CC -u CXX PATH="$PWD/bin" JOBS=1 tree/bootstrap $words
done
: > notes
run env -u CC -u CXX PATH="$PWD/bin" JOBS=1 tree/bootstrap build
for package in gcc g++ libgdal-dev; do
    grep -q "apt-get install .* $package " notes || fail "$package is not installed: $(cat notes)"
    grep -A1 -E '^ *apt-get install gcc' "$top_srcdir/README.md" | grep -qF " $package" ||
        fail "README.md does not name $package"
done

# ---- blanks in names are refused before anything is installed or built
mkdir "a tree"
cp -r tree/. "a tree"
: > notes
expect_status 1 env -u CC -u CXX -u BUILD_DIR PATH="$PWD/bin" JOBS=1 "a tree/bootstrap" build
expect_in "$stderr" "a tree: cannot be built in a folder with blanks in its name"
expect_status 1 env -u CC -u CXX BUILD_DIR="$PWD/a build" PATH="$PWD/bin" JOBS=1 tree/bootstrap demo
expect_in "$stderr" "a build: cannot be built in a folder with blanks in its name"
[ ! -s notes ] || fail "something was done all the same: $(cat notes)"
