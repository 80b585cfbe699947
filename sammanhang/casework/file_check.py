"""Looks into a file that somebody sends, in a process of its own that has nothing to lose.

Files are made to make their readers fall. So they are read here, with no database, no secrets, and
little time and memory: the file on standard input, what is to be kept of it on standard output, and
the end tells what it was (`Verdict`). Nothing here may import Django.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

SECONDS = 10
MEMORY = 1024 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""More than any telephone's camera makes."""
MOST_OBJECTS = 200_000

KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
RUNS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie"}
"""What a PDF's actions do that a letter has no use for."""
CARRIES = {"/JS", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
"""Entries of a PDF that hold a program or another file."""


class Verdict(IntEnum):
    """What came of looking: the process's exit status."""

    FIT = 0
    OTHER = 10
    """Neither PDF, PNG nor JPEG."""
    UNREADABLE = 11
    LOCKED = 12
    ACTIVE = 13
    LARGE = 14


class Unfit(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.name)
        self.verdict = verdict


def kind_of(content: bytes) -> tuple[str, str]:
    """(media type, ending), by the first bytes."""
    found = next((kind for start, kind in KINDS.items() if content.startswith(start)), None)
    if found is None:
        raise Unfit(Verdict.OTHER)
    return found


def looked_into(content: bytes) -> bytes:
    """What is to be kept: a PDF as it is, a picture without what it tells beside what it shows."""
    kind = kind_of(content)[1]
    try:
        return without_programs(content) if kind == "pdf" else without_metadata(content, kind)
    except Unfit:
        raise
    except Exception:
        raise Unfit(Verdict.UNREADABLE) from None


# --- Pictures -------------------------------------------------------------------------------


def without_metadata(content: bytes, kind: str) -> bytes:
    """The picture alone: no place, time, device, thumbnail or comment, nothing after its end."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS * 2  # ours is told, Pillow's is a warning
    picture = Image.open(io.BytesIO(content), formats=["JPEG" if kind == "jpg" else "PNG"])
    if picture.width * picture.height > MOST_PIXELS:
        raise Unfit(Verdict.LARGE)
    how: dict[str, Any] = {"quality": "keep"} if kind == "jpg" else {}
    upright = ImageOps.exif_transpose(picture)
    if upright is not None and picture.getexif().get(0x0112, 1) != 1:
        picture, how = upright, {"quality": 95} if kind == "jpg" else {}
    profile = picture.info.get("icc_profile")
    kept = {"transparency": picture.info["transparency"]} if "transparency" in picture.info else {}
    picture.info.clear()
    picture.info.update(kept)
    made = io.BytesIO()
    picture.save(made, "JPEG" if kind == "jpg" else "PNG", icc_profile=profile, **how)
    return made.getvalue()


# --- PDF ------------------------------------------------------------------------------------


def without_programs(content: bytes) -> bytes:
    """The file as it is, so that a signature in it still holds, if nothing in it can run."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise Unfit(Verdict.LOCKED)
    if not len(reader.pages):
        raise Unfit(Verdict.UNREADABLE)
    for entry in entries(reader):
        if CARRIES & entry.keys() or str(entry.get("/S")) in RUNS:
            raise Unfit(Verdict.ACTIVE)
    return content


def entries(reader: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary in the file, also those that no page leads to."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    numbers = {number for known in reader.xref.values() for number in known}
    numbers |= set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise Unfit(Verdict.LARGE)
    waiting: list[Any] = [reader.trailer]
    waiting += [reader.get_object(IndirectObject(number, 0, reader)) for number in sorted(numbers)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [inner for inner in one.values() if not isinstance(inner, IndirectObject)]
        elif isinstance(one, ArrayObject):
            waiting += [inner for inner in one if not isinstance(inner, IndirectObject)]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(looked_into(sys.stdin.buffer.read()))
    except Unfit as unfit:
        sys.exit(unfit.verdict)


if __name__ == "__main__":
    main()
