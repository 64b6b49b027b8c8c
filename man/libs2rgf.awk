# Makes the manual page libs2rgf(3) of the public headers:  awk -v date='May 1, 2026' -f libs2rgf.awk s2rgf.h s2rgf/*.h
# The first comment of the first header becomes the description, a "/* ---- name ---- */" a section, and each "/** comment */" with the
# declaration below it a subsection that has the declaration's name.

# A line of mdoc; a paragraph does not begin where a section or a display does.
function emit(line)
{
    if (line == ".Pp") { pending = 1; return }
    if (pending && line !~ /^\.(Bd|Sh|Ss)/ && last !~ /^\.S[hs]/) print ".Pp"
    pending = 0
    print last = line
}

# Text as mdoc has it.
function plain(text)
{
    gsub(/\\/, "\\e", text)
    return text ~ /^[.']/ ? "\\&" text : text
}

function emit_filled(text)
{
    text = plain(text)
    gsub(/[.] +/, ".\n", text) # new sentence, new line
    emit(text == "" ? ".Pp" : text)
}

function is_label(line) { return line ~ /^(Errors|Memory|Threads|Source)[ :]/ || line ~ /^[a-z_]+ +(in|out)( |$)/ }

# Lines that are indented by four or more stand as they are; others are filled, and "Errors  ..." and "text out ..."
# begin a line.
function emit_comment(comment,    lines, count, i, line, literal, labelled)
{
    count = split(comment, lines, "\n")
    while (count > 0 && lines[count] ~ /^[ *]*$/) count--
    for (i = 1; i <= count; i++) {
        line = lines[i]
        sub(/^ ?\* ?/, "", line)
        if (line ~ /^    / && !labelled) {
            if (!literal) emit(".Bd -literal")
            literal = 1
            print plain(substr(line, 5))
            continue
        }
        if (literal && line == "" && lines[i + 1] ~ /^ ?\*     /) { print ""; continue }
        if (literal) emit(".Ed")
        literal = 0
        labelled = is_label(line) || (labelled && line ~ /^ /)
        if (is_label(line)) emit(".br")
        sub(/^ +/, "", line)
        emit_filled(line)
    }
    if (literal) emit(".Ed")
}

# The name that a declaration gives.
function name_of(declaration)
{
    gsub(/\/\*[^*]*\*\//, "", declaration)
    if (match(declaration, /s2rgf_[a-z0-9_]+ ?\(/)) return substr(declaration, RSTART, RLENGTH - 1)
    if (match(declaration, /\} s2rgf_[a-z0-9_]+;/)) return substr(declaration, RSTART + 2, RLENGTH - 3)
    match(declaration, /(S2RGF|s2rgf)_[A-Za-z0-9_]+/)
    return substr(declaration, RSTART, RLENGTH)
}

function flush()
{
    if (declaration == "") return
    emit(".Ss " name_of(declaration))
    emit(".Bd -literal")
    printf "%s", declaration
    emit(".Ed")
    emit(".Pp")
    emit_comment(comment)
    declaration = comment = ""
}

BEGIN {
    emit(".\\\" Made by libs2rgf.awk of s2rgf.h.")
    emit(".Dd " date "\n.Dt LIBS2RGF 3\n.Os s2rgf\n.Sh NAME\n.Nm libs2rgf\n.Nd land-cover maps from several optical rasters")
    emit(".Sh SYNOPSIS\n.In s2rgf.h")
    emit(".Sh DESCRIPTION")
}

# The first comment, without the title and the licence.
!described && /^ \*\// { described = 1; emit_comment(text); next }
!described { if (NR > 3) text = text $0 "\n"; next }

# The title of another header.
FNR == 1 { next }

# Sections, some with a note.
/^\/\* ---- / {
    flush()
    name = $0
    gsub(/^\/\* -+ | ?-+ ?(\*\/?)?$/, "", name)
    emit(".Sh " toupper(name))
    in_section = 1
    in_note = $0 !~ /\*\/$/
    next
}
in_note && /^ \*\// { in_note = 0; emit_comment(comment); comment = ""; next }
in_note { comment = comment $0 "\n"; next }

# Comments of one line and of more.
/^\/\*\*/ { flush(); in_comment = 1; comment = ""; sub(/^\/\*\*/, " *") }
in_comment {
    in_comment = $0 !~ /\*\/$/
    sub(/ ?\*\/$/, "")
    sub(/^ +/, " ")
    if ($0 !~ /^ ?\*?$/ || in_comment) comment = comment ($0 ~ /^ \*/ ? $0 : " *" $0) "\n"
    sub(/^ \*\n/, "", comment)
    next
}

# Declarations: from a comment or a section to the blank line after them.
/^#(ifndef|ifdef|endif|else|if|include)|^extern "C"|^#define S2RGF_([A-Z_]*H$|API)|^}$/ { next }
/^$/ { flush(); next }
{
    if (!in_section) emit(".Sh CONSTANTS AND COMMON TYPES")
    in_section = 1
    sub(/^S2RGF_API /, "")
    declaration = declaration plain($0) "\n"
}
END {
    flush()
    emit(".Sh SEE ALSO\n.Xr s2rgf_classify 1 ,\n.Xr s2rgf_train 1 ,\n.Xr s2rgf_model 5 ,\n.Xr s2rgf_scene 5")
}
