"""Asks a virus scanner about a file, by the protocol of ClamAV's clamd: the file is streamed to it,
and it answers with a word. The scanner and its signatures are the installation's own."""

from __future__ import annotations

import socket
import struct
from contextlib import closing

ANSWER_WITHIN = 30  # seconds
PART = 256 * 1024


class NoAnswer(Exception):
    """The scanner didn't say anything that can be relied on."""


def found_in(content: bytes, scanner: str) -> str | None:
    """The name of what was found; None when the file is clean. `scanner`: the path of a socket,
    or host:port."""
    try:
        with closing(_connected(scanner)) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PART):
                part = content[start : start + PART]
                line.sendall(struct.pack("!I", len(part)) + part)
            line.sendall(struct.pack("!I", 0))
            told = _until_nul(line)
    except OSError as error:
        raise NoAnswer from error
    if told == "stream: OK":
        return None
    if told.startswith("stream: ") and told.endswith(" FOUND"):
        return told.removeprefix("stream: ").removesuffix(" FOUND")
    raise NoAnswer


def _connected(scanner: str) -> socket.socket:
    if scanner.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(ANSWER_WITHIN)
        line.connect(scanner)
        return line
    host, _, port = scanner.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=ANSWER_WITHIN)


def _until_nul(line: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < 1000 and (more := line.recv(1000)):
        told += more
    return told.rstrip(b"\0\n").decode("ascii", "replace")
