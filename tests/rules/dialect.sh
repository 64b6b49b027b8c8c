#!/usr/bin/env bash
# Rule: one dialect of C. Conditions test pointers as they are, comments are /* */, and a function
# that holds something runs down its statuses to one way out: there is no goto.
# The library writes and reads decimal points, whatever locale its host has set.
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

# locale_breaches_in ROOT: where a number gets the decimal sign of the host's locale. Programs have none of their own.
locale_breaches_in() {
    grep -rnE --include='*.c' \
        -e '(^|[^_[:alnum:]])(snprintf|fprintf|printf)\([^;]*%[-+ 0-9.*#]*l?[aefgAEFG]' \
        -e '(^|[^_[:alnum:]])(vsnprintf|strtod|strtof|atof)\(' \
        "$1"/src | grep -vE '/src/(apps/|core/number\.c)' || true
}

found=$(breaches_in "$top_srcdir")$(locale_breaches_in "$top_srcdir")
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
mkdir src/geo
cat > src/geo/c.c << 'EOF'
    snprintf(text, sizeof text, "%d and %.3f", n, x);
    x = strtod(text, NULL);
    s2_snprintf(text, sizeof text, "%.3f", s2_strtod(text, NULL));
    snprintf(text, sizeof text, "%d", n);
EOF
[ "$(locale_breaches_in . | wc -l)" -eq 2 ] || fail "planted breaches were not found: $(locale_breaches_in .)"
