"""Files to send: plain ones, and such as nobody should get."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every virus scanner takes for a virus, by agreement, and which does nothing."""
PLACE = "Hemliga gatan 7"


def written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def page() -> PdfWriter:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    return writer


def plain_pdf() -> bytes:
    return written(page())


def pdf_with_script() -> bytes:
    writer = page()
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return written(writer)


def pdf_with_file() -> bytes:
    writer = page()
    writer.add_attachment("fil.exe", b"MZ")
    return written(writer)


def pdf_that_launches() -> bytes:
    """By an annotation's own action, which no table of names tells of."""
    writer = page()
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")}
    )
    link = DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    return written(writer)


def packed_pdf_with_script() -> bytes:
    """Its objects lie compressed in a stream, where a search for a word doesn't find them."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        4: b"<</S/JavaScript/JS(x)>>",
    }
    heads, bodies = b"", b""
    for number, body in objects.items():
        heads += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    packed = zlib.compress(heads + bodies)
    made = b"%PDF-1.7\n"
    at = len(made)
    made += b"5 0 obj<</Type/ObjStm/N 4/First %d/Filter/FlateDecode/Length %d>>stream\n%s\n" % (
        len(heads), len(packed), packed,
    )  # fmt: skip
    made += b"endstream endobj\n"
    end = len(made)
    rows = [(0, 0, 0), *((2, 5, place) for place in range(4)), (1, at, 0), (1, end, 0)]
    table = b"".join(struct.pack("!BHB", *row) for row in rows)
    made += b"6 0 obj<</Type/XRef/Size 7/W[1 2 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return made + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % end


def locked_pdf() -> bytes:
    writer = page()
    writer.encrypt("hemligt", algorithm="RC4-128")
    return written(writer)


def photo(kind: str = "JPEG") -> bytes:
    """A picture on its side, with where it was taken in it, and something after its end."""
    picture = Image.new("RGB", (40, 20), (200, 30, 30))
    told = Image.Exif()
    told[0x0112] = 6  # turned
    told[0x010E] = PLACE
    told.get_ifd(0x8825)[2] = (57.0, 42.0, 0.0)  # latitude
    made = io.BytesIO()
    if kind == "JPEG":
        picture.save(made, kind, exif=told, comment=PLACE.encode())
    else:
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        text.add_text("Location", PLACE)
        picture.save(made, kind, exif=told, pnginfo=text)
    return made.getvalue() + PLACE.encode()
