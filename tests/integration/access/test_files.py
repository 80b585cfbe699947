"""Files that are sent: what is kept of them, what is refused with what to do, and the scanner."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import scanner
import sent_files
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import override_settings
from PIL import Image
from stage import Stage, owner, signed_in

TYPED = "Har skrivit länge om behoven"


def sends(stage: Stage, content: bytes, name: str = "fil.pdf") -> HttpResponse:
    client = signed_in(stage.officer)
    form = {"key": str(uuid4()), "f-underlag": SimpleUploadedFile(name, content)}
    return client.post(f"/arende/{stage.notified()}/gor/behovsbedömning/", form)


def kept() -> list[bytes]:
    return [bytes(content) for (content,) in owner("select content from casework_attachment")]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_of_a_photo_only_what_it_shows_is_kept(stage: Stage, kind: str) -> None:
    sends(stage, sent_files.photo(kind), "bild.jpg")
    (content,) = kept()
    picture = Image.open(io.BytesIO(content))

    assert sent_files.PLACE.encode() not in content
    assert not picture.getexif()
    assert not {"comment", "exif", "Location"} & picture.info.keys()
    assert picture.size == (20, 40)  # turned as it was meant to be seen
    red, green, blue = picture.convert("RGB").getpixel((10, 20))  # type: ignore[misc]
    assert (red > 180, green < 60, blue < 60) == (True, True, True)


def test_a_pdf_is_kept_as_it_is_so_that_its_signature_holds(stage: Stage) -> None:
    sends(stage, sent_files.plain_pdf())

    assert kept() == [sent_files.plain_pdf()]


UNFIT = {
    "a script": (sent_files.pdf_with_script, "innehåller program"),
    "a script packed away": (sent_files.packed_pdf_with_script, "innehåller program"),
    "a file": (sent_files.pdf_with_file, "innehåller program"),
    "a launch": (sent_files.pdf_that_launches, "innehåller program"),
    "a lock": (sent_files.locked_pdf, "låst med lösenord"),
    "half a pdf": (lambda: sent_files.plain_pdf()[:60], "går inte att läsa"),
    "half a photo": (lambda: sent_files.photo()[:300], "går inte att läsa"),
    "a program": (lambda: b"MZ\x90\x00", "inte en PDF eller en bild"),
    "a word file with macros": (lambda: b"PK\x03\x04word/vbaProject.bin", "inte en PDF"),
}


@pytest.mark.parametrize("what", sorted(UNFIT))
def test_a_file_that_nobody_should_get_is_refused_with_what_to_do(stage: Stage, what: str) -> None:
    make, why = UNFIT[what]
    answer = sends(stage, make())

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert kept() == []


def test_a_picture_made_to_fill_the_memory_is_refused(stage: Stage) -> None:
    made = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(made, "PNG")  # 20 kB; 144 million pixels
    answer = sends(stage, made.getvalue(), "bild.png")

    assert "för stor att läsa" in answer.content.decode()
    assert kept() == []


# --- The virus scanner ----------------------------------------------------------------------


@pytest.fixture
def socket_of_scanner(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "scanner")
    command = [sys.executable, scanner.__file__, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        with override_settings(CLAMD=path):
            yield path
        running.terminate()


def test_a_virus_is_refused_and_told_of_in_the_log(stage: Stage, socket_of_scanner: str) -> None:
    answer = sends(stage, sent_files.plain_pdf() + sent_files.EICAR)

    assert "skadlig kod" in answer.content.decode()
    assert kept() == []
    ((who,),) = owner("select person from access_log where action = 'denied:virus'")
    assert who == stage.officer.person


def test_a_clean_file_passes_the_scanner(stage: Stage, socket_of_scanner: str) -> None:
    assert sends(stage, sent_files.plain_pdf() * 3).status_code == 302
    assert len(kept()) == 1


def test_no_file_is_taken_while_the_scanner_is_silent(stage: Stage, tmp_path: Path) -> None:
    for nobody in (str(tmp_path / "nobody"), "127.0.0.1:1"):
        with override_settings(CLAMD=nobody):
            answer = sends(stage, sent_files.plain_pdf())
        assert answer.status_code == 422
        assert "kan inte kontrolleras mot skadlig kod just nu" in answer.content.decode()
    assert kept() == []
