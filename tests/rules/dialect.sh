#!/usr/bin/env bash
# Rule: one dialect of C. Conditions test pointers as they are, comments are /* */, and a function
# that holds something runs down its statuses to one way out: there is no goto.
. "$(dirname "$0")/../tools/lib.sh"

# breaches_in ROOT: the places.
breaches_in() {
    grep -rnE --include='*.[ch]' \
        -e '== NULL\b' \
        -e '!= NULL (&&|\|\||\?)' \
        -e '(&&|\|\|) [^()]*!= NULL\b' \
        -e '^[^"]*[;{}] +//' -e '^ *//' \
        -e '^[^"/*]*\bgoto +\w+;' \
        "$1"/src "$1"/samples "$1"/tests || true
}

found=$(breaches_in "$top_srcdir")
[ -z "$found" ] || fail $'not the dialect of the house:\n'"$found"

# The rule bites.
mkdir -p src samples tests
cat > src/a.c << 'EOF'
    if (p == NULL)
    if (p != NULL && n > 0)
    return n > 0 && p != NULL;
    int n; // a comment
    // a comment
    goto done;
EOF
cat > src/b.c << 'EOF'
    if (!p || p->next)
    return p != NULL;
    const char *address = "https://example.org"; /* a comment */
    status = s2_fail(err, S2RGF_IO, "nowhere to goto;");
EOF
[ "$(breaches_in . | wc -l)" -eq 6 ] || fail "planted breaches were not found: $(breaches_in .)"
