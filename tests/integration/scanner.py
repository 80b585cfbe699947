"""A virus scanner for the tests: a process of its own that speaks ClamAV's protocol and knows one
virus. `python scanner.py SOCKET`; it says `ready` when it listens."""

from __future__ import annotations

import socket
import struct
import sys

VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


def exactly(line: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        got += line.recv(length - len(got))
    return got


def main(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while True:
            line, _ = listening.accept()
            with line:
                assert exactly(line, 10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!I", exactly(line, 4))[0]:
                    content += exactly(line, length)
                found = VIRUS in content
                line.sendall(b"stream: Eicar-Test FOUND\0" if found else b"stream: OK\0")


if __name__ == "__main__":
    main(sys.argv[1])
