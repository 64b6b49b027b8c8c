#!/usr/bin/env bash
# Rule: every function of the library has a caller outside the tests; what neither another file nor a test calls is
# static.
. "$(dirname "$0")/../tools/lib.sh"
need nm

# objects BUILD SOURCES: the objects of src and gdal_driver whose source is still there.
objects() {
    local object source
    while read -r object; do
        source=${object#"$1"/}
        source=${source/.libs\//}
        source=${source%/*}/${source##*[-/]}
        source=${source%.o}
        if compgen -G "$2/$source.c*" > /dev/null; then echo "$object"; fi
    done < <(find "$1/src" "$1/gdal_driver" -name '*.o' 2> /dev/null | sort)
}

# lonely OBJECT...: "name object" of what one defines and no other refers to. An object that is compiled several
# times, with different flags, counts as one.
lonely() {
    nm -A -g "$@" | awk '
        {
            file = $1; sub(/:[^:]*$/, "", file)
            folder = base = file
            sub(/[^\/]*$/, "", folder); sub(/.*[-\/]/, "", base)
            same = folder base
            name = $NF
            if ($(NF - 1) == "U") {
                if (!((name, same) in seen)) { seen[name, same] = 1; users[name]++; user[name] = same }
            } else if ($(NF - 1) ~ /^[TDRBV]$/ && name ~ /^s2/) {
                where[name] = same
            }
        }
        END {
            for (name in where)
                if (users[name] == 0 || (users[name] == 1 && user[name] == where[name]))
                    print name, where[name]
        }' | sort
}

# public: names that the public headers declare.
public() {
    cat "$top_srcdir"/src/s2rgf/*.h | tr '\n' ' ' | grep -oE 's2rgf_[a-z0-9_]+ ?\(' | tr -d ' ('
}

# verdict: of "name object" lines, those whose name its own file does not use either, and those that no test needs.
# $1 in: the tree of sources
verdict() {
    local name object source uses
    while read -r name object; do
        source=${object/.libs\//}
        source=$1/${source%.o}.c
        # A line that is not indented declares or defines it.
        uses=$(sed -n 's:/\*.*\*/::; /^ \*/d; /^[[:space:]]/p' "$source" | grep -cw "$name" || true)
        if [ "$uses" -eq 0 ]; then
            echo "$source: nothing but tests uses $name"
        elif ! grep -rqw "$name" --include='*.[ch]' "$1/tests"; then
            echo "$source: $name should be static"
        fi
    done
}

mapfile -t all < <(objects "$builddir" "$top_srcdir")
[ "${#all[@]}" -ge 100 ] || fail "expected at least 100 objects, found ${#all[@]}"
public | sort -u > public
found=$(lonely "${all[@]}" | grep -vwFf public | sed "s: $builddir/: :" | verdict "$top_srcdir")
[ -z "$found" ] || fail $'without callers:\n'"$found"

# The rule bites.
mkdir -p src/a/.libs
cat > src/a/one.c <<'C'
int s2_used(void);
int s2_unused(void);
int s2_own(void);
int s2_tested(void);
int s2_data = 1;
int s2_used(void)
{
    return s2_own() + s2_tested();
}
int s2_tested(void) { return 3; }
int s2_unused(void)
{
    return s2_data;
}
int s2_own(void) { return 2; }
C
printf 'int s2_used(void);\nint main(void) { return s2_used(); }\n' > src/a/two.c
for name in one two gone; do
    ${CC:-cc} -O0 -c "src/a/${name/gone/one}.c" -o "src/a/.libs/liba_la-$name.o"
done
mapfile -t planted < <(objects . .)
[ "${planted[*]}" = "./src/a/.libs/liba_la-one.o ./src/a/.libs/liba_la-two.o" ] || fail "objects misread: ${planted[*]}"
lonely "${planted[@]}" > lonely
[ "$(cut -d' ' -f1 lonely | tr '\n' ' ')" = "s2_data s2_own s2_tested s2_unused " ] ||
    fail "what is planted was not found: $(cat lonely)"
mkdir tests
echo 's2_tested' > tests/test_a.c
verdict . < lonely > found
[ "$(sed 's/.*one.c: //' found | tr '\n' ',')" = \
    "s2_data should be static,s2_own should be static,nothing but tests uses s2_unused," ] ||
    fail "what is planted was misjudged: $(cat found)"
