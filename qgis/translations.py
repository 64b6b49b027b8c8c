#!/usr/bin/env python3
"""Keeps the plugin's translations, qgis/s2rgf/i18n/s2rgf_*.ts, in step with its texts.

    translations.py FOLDER           write them: new texts without translation, old ones gone
    translations.py --check FOLDER   only say what differs; status 1 if too much does

FOLDER is qgis/s2rgf. Qt's lupdate would not find the texts, because they stand in tables and are
translated where they are used. Its lrelease makes of the files what the plugin loads.
"""

import ast
import pathlib
import sys
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

CONTEXT = "s2rgf"
ATTRIBUTES = ("TITLE", "SUMMARY", "TAGS")  # of algorithms
OPTION_TEXTS = slice(3, 5)  # label and help in the arguments of Option
MAY_WAIT = 0.05  # of the texts may be English, or old, until somebody translates them
TABLES = ("AREAS", "SIDE_OUTPUTS")  # whose rows end with a text
CONSTANTS = ("MODEL_FILTER", "ANY_MODEL_FILTER")


def constant(node, names):
    """The text that an expression is, or None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [constant(side, names) for side in (node.left, node.right)]
        return None if None in parts else "".join(parts)
    return None


def texts_of(tree, names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in CONSTANTS:
                names[name] = constant(node.value, names)
            if name in ATTRIBUTES:
                yield constant(node.value, names)
            if name in TABLES:
                yield from (constant(row.elts[-1], names) for row in node.value.elts)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "tr":
                yield constant(node.args[0], names)
            elif node.func.id == "Option":
                texts = node.args[OPTION_TEXTS]
                yield from (constant(text, names) for text in texts)


def plugin_texts(folder):
    """All texts for users, in the order of their files."""
    found, names = {}, {}
    for path in sorted(folder.rglob("*.py"), key=lambda path: (path.name != "model.py", path)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(dict.fromkeys(text for text in texts_of(tree, names) if text))
    return list(found)


def translations(path):
    """{text: translation} of a file; without those that wait for one."""
    messages = ET.parse(path).getroot().iter("message")
    pairs = ((item.findtext("source"), item.findtext("translation")) for item in messages)
    return {text: translation for text, translation in pairs if translation}


def as_file(language, texts, known):
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines += [f'<TS version="2.1" language="{language}">']
    lines += ["<context>", f"    <name>{CONTEXT}</name>"]
    for text in texts:
        translation = (
            f"<translation>{escape(known[text])}</translation>"
            if text in known
            else '<translation type="unfinished"></translation>'
        )
        lines += ["    <message>", f"        <source>{escape(text)}</source>"]
        lines += [f"        {translation}", "    </message>"]
    return "\n".join([*lines, "</context>", "</TS>"]) + "\n"


def differences(path, texts):
    """What a file lacks and what is gone, a line each; whether that is more than may wait."""
    known = translations(path)
    lines = [f"{path}: no translation of: {text}" for text in texts if text not in known]
    lines += [f"{path}: gone: {text}" for text in known if text not in texts]
    return lines, len(lines) > len(texts) * MAY_WAIT


def main():
    check = sys.argv[1] == "--check"
    folder = pathlib.Path(sys.argv[-1])
    texts = plugin_texts(folder)
    files = sorted(folder.glob("i18n/*.ts"))
    too_many = not files
    for path in files:
        if check:
            lines, many = differences(path, texts)
            for line in lines:
                print(line)
            too_many = too_many or many
        else:
            language = path.stem.split("_")[1]
            path.write_text(as_file(language, texts, translations(path)), encoding="utf-8")
    if check and too_many:
        sys.exit(f"{folder}: translations are behind: run qgis/translations.py {folder}")


if __name__ == "__main__":
    main()
