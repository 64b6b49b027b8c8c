#!/usr/bin/env bash
# Rule: one dialect of C. Conditions test pointers as they are, comments are /* */, and the one label is done.
. "$(dirname "$0")/../tools/lib.sh"

# breaches_in ROOT: the places.
breaches_in() {
    grep -rnE --include='*.[ch]' \
        -e '== NULL\b' \
        -e '!= NULL (&&|\|\||\?)' \
        -e '(&&|\|\|) [^()]*!= NULL\b' \
        -e '^[^"]*[;{}] +//' -e '^ *//' \
        -e '\bgoto +([^d]|d[^o])' \
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
    goto out;
EOF
cat > src/b.c << 'EOF'
    if (!p || p->next)
    return p != NULL;
    const char *address = "https://example.org"; /* a comment */
    goto done;
EOF
[ "$(breaches_in . | wc -l)" -eq 6 ] || fail "planted breaches were not found: $(breaches_in .)"
