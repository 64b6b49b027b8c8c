"""What tests ask of a page of HTML that a program wrote."""
import base64
import html.parser
import re
import xml.etree.ElementTree

from osgeo import gdal

gdal.UseExceptions()
VOID = {"meta", "img", "br"}


class _Checker(html.parser.HTMLParser):
    """Every element is closed, in order; nothing runs and nothing is loaded."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], []

    def handle_starttag(self, tag, attributes):
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}, tag
        for name, value in attributes:
            assert not name.startswith("on"), (tag, name)
            assert name != "href", (tag, value)
            assert name != "src" or value.startswith("data:image/png;base64,"), (tag, value[:80])
            assert name != "style" or "url(" not in value, (tag, value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text.append(data)


class Page:
    """A page: its source, its text, its tree."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.source = file.read()
        assert self.source.startswith("<!DOCTYPE html>\n") and self.source.endswith("</html>\n")
        checker = _Checker()
        checker.feed(self.source)
        checker.close()
        assert not checker.open, checker.open
        self.text = " ".join("".join(checker.text).split())
        self.tree = xml.etree.ElementTree.fromstring(self.source)
        style = self.tree.find("head/style").text
        assert "url(" not in style and "@import" not in style and "@media print" in style

    def section(self, heading):
        """The section of a heading, which must be there once."""
        found = [s for s in self.tree.iter("section") if s.find("h2").text == heading]
        assert len(found) == 1, (heading, len(found))
        return found[0]

    def has(self, heading):
        return any(h.text == heading for h in self.tree.iter("h2"))

    def rows(self, heading):
        """Texts of the cells of all tables of a section, row by row."""
        return [["".join(c.itertext()) for c in row] for row in self.section(heading).iter("tr")]

    def facts(self, heading):
        return {row[0]: row[1] for row in self.rows(heading) if len(row) == 2}

    def picture(self):
        """The map's picture as an array [4][height][width], and its <img>."""
        image = next(self.tree.iter("img"))
        data = base64.b64decode(image.get("src").partition(",")[2], validate=True)
        gdal.FileFromMemBuffer("/vsimem/page.png", data)
        pixels = gdal.Open("/vsimem/page.png").ReadAsArray()
        gdal.Unlink("/vsimem/page.png")
        return pixels, image

    def north_degrees(self):
        """Direction of the north arrow, None without one."""
        found = re.search(r"rotate\((-?\d+)\)\"><title>true north", self.source)
        return int(found.group(1)) if found else None
