"""What the pages of both studies are made with."""
import os


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def rewrite(path, begin, end, text):
    """Put the text between the two marker lines of the page; the page is replaced as a whole."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"{path}: expected the lines {begin} and {end}")
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{text}\n{end}{after}")
    os.replace(path + ".part", path)
