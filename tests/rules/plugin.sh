#!/usr/bin/env bash
# Rule: the plugin for QGIS imports QGIS and Python's own modules only, and is for QGIS 3 and 4: PyQt6 has members
# of enums only under the name of the enum, which PyQt5 has too.
. "$(dirname "$0")/../tools/lib.sh"

# foreign_imports ROOT: imported modules that a QGIS does not have for certain; syntax errors, too.
foreign_imports() {
    "$PYTHON" - "$1/qgis" << 'END'
import ast
import pathlib
import sys

ALLOWED = sys.stdlib_module_names | {"qgis", "processing"}
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        print(f"{path}: {error}")
        continue
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        for name in names:
            if name.split(".")[0] not in ALLOWED:
                print(f"{path}:{node.lineno}: {name}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > 100:
            print(f"{path}:{number}: longer than 100 columns")
END
}

# unscoped_enums ROOT: Q.Member in place of Q.Enum.Member, in the plugin and in its tests.
unscoped_enums() {
    grep -rnP --include='*.py' '\b(?!Qt[A-Z])Q\w+\.[A-Z]\w*\b(?![.(])' "$1/qgis" "$1/tests/qgis" || true
}

# unreal_addresses FILE: addresses that can never be anybody's: RFC 2606 keeps their names free.
unreal_addresses() { grep -nE '\bexample\.(com|net|org)\b|\w\.(example|invalid|test)\b' "$1" || true; }

found=$(unscoped_enums "$top_srcdir")
[ -z "$found" ] || fail $'the plugin: members of enums without the name of the enum:\n'"$found"
expect_in "$top_srcdir/qgis/s2rgf/metadata.txt" "qgisMaximumVersion=4."
found=$(foreign_imports "$top_srcdir")
[ -z "$found" ] || fail $'the plugin:\n'"$found"

expect_status 0 "$PYTHON" "$top_srcdir/qgis/translations.py" --check "$top_srcdir/qgis/s2rgf"
for key in name description about version qgisMinimumVersion qgisMaximumVersion author changelog \
    tags category icon license; do
    grep -q "^$key=." "$top_srcdir/qgis/s2rgf/metadata.txt" || fail "metadata.txt: no $key"
done
found=$(unreal_addresses "$top_srcdir/qgis/s2rgf/metadata.txt")
[ -z "$found" ] || fail $'metadata.txt: addresses that do not exist:\n'"$found"

# The rule bites.
mkdir -p planted/i18n
cp "$top_srcdir"/qgis/s2rgf/i18n/s2rgf_de.ts planted/i18n
echo 'a = tr("a new text")' > planted/a.py
expect_status 1 "$PYTHON" "$top_srcdir/qgis/translations.py" --check planted
expect_in "$stdout" "no translation of: a new text"
expect_status 0 "$PYTHON" "$top_srcdir/qgis/translations.py" planted
expect_status 1 "$PYTHON" "$top_srcdir/qgis/translations.py" --check planted
expect_not_in "$stdout" "gone: "
expect_not_in planted/i18n/s2rgf_de.ts "Klassifizieren"
mkdir -p qgis/s2rgf
printf 'import os\nfrom qgis.core import Qgis\nfrom . import a\n' > qgis/s2rgf/good.py
[ -z "$(foreign_imports .)" ] || fail "refused what is allowed: $(foreign_imports .)"
printf 'import numpy\nfrom osgeo import gdal\n' > qgis/s2rgf/bad.py
echo 'def' > qgis/s2rgf/worse.py
[ "$(foreign_imports . | wc -l)" -eq 3 ] || fail "planted faults were not found: $(foreign_imports .)"
rm -r qgis
mkdir -p qgis tests/qgis
printf 'a = QProcess.ProcessError.Crashed\nfrom qgis.PyQt.QtCore import QProcess\nb = QgsX.Y()\nclass A(QtCore.QObject):\n' > qgis/good.py
[ -z "$(unscoped_enums .)" ] || fail "refused what is allowed: $(unscoped_enums .)"
printf 'a = QProcess.Crashed\nf(Qt.AlignLeft | 1)\nQgsProcessing.TypeRaster,\n' > qgis/bad.py
echo 'f(QVariant.Int)' > tests/qgis/bad.py
[ "$(unscoped_enums . | wc -l)" -eq 4 ] || fail "planted enums were not found: $(unscoped_enums .)"
printf 'homepage=https://s2rgf.example.org/\nemail=a@s2rgf.invalid\nabout=for example. A test.\n' > metadata.txt
[ "$(unreal_addresses metadata.txt | wc -l)" -eq 2 ] || fail "planted addresses were not found: $(unreal_addresses metadata.txt)"
