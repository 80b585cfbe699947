"""The embedded server: who starts it, who stops it, and what one is told when it can't run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from sammanhang.site import database
from sammanhang.site.database import DatabaseTrouble, Server


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty data folder, which a server's user may reach."""
    made = Path(tempfile.mkdtemp(prefix="sammanhang-"))
    made.chmod(0o755)
    yield made
    for left in (made, made.with_name(made.name + "-moved")):
        if left.exists():
            database.remove(left)
            shutil.rmtree(left)


def start(folder: Path) -> Server:
    return database.start(folder, fast=True)


def number(server: Server) -> int:
    """The server's process number."""
    return int((server.data / "postmaster.pid").read_text().split()[0])


def answers(server: Server) -> bool:
    return bool(server.execute("select 1"))


def kill(server: Server) -> None:
    """As when the power goes."""
    process = psutil.Process(number(server))
    for one in (process, *process.children()):  # its children may end by themselves meanwhile
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)


def test_a_second_start_finds_the_first(folder: Path) -> None:
    first = number(start(folder))
    assert number(start(folder)) == first


def test_two_that_start_at_once_share_a_server(folder: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        servers = list(pool.map(start, [folder] * 3))
    assert len({number(server) for server in servers}) == 1


def test_the_last_user_stops_it(folder: Path) -> None:
    with database.used(folder) as server:
        with database.used(folder):
            pass
        assert answers(server), "the first user still needs it"
    with pytest.raises(DatabaseTrouble):
        server.execute("select 1")


def test_it_is_left_running_for_a_guest(folder: Path) -> None:
    with database.used(folder) as server:
        guest = psycopg.connect(f"host={server.socket} user=postgres dbname=postgres")
    with guest:
        assert answers(server)


def test_data_is_kept_between_runs(folder: Path) -> None:
    with database.used(folder) as server:
        server.execute("create table kept (x int)")
    with database.used(folder) as server:
        assert server.execute("select * from kept") == []


def test_it_starts_again_after_a_crash(folder: Path) -> None:
    server = start(folder)
    kill(server)
    assert answers(start(folder))


def test_it_starts_when_another_process_has_got_the_number_in_its_lock(folder: Path) -> None:
    server = start(folder)
    lock = server.data / "postmaster.pid"
    content = lock.read_text().split("\n", 1)[1]
    database.stop(server)
    lock.write_text(f"{os.getpid()}\n{content}")
    assert answers(start(folder))


def test_it_starts_after_an_interrupted_first_start(folder: Path) -> None:
    (folder / "data.part").mkdir()
    (folder / "data.part" / "PG_VERSION").write_text("18\n")
    assert answers(start(folder))


def test_the_folder_may_be_moved(folder: Path) -> None:
    database.stop(start(folder))
    moved = folder.with_name(folder.name + "-moved")
    folder.rename(moved)
    assert answers(start(moved))


def test_only_its_owner_may_reach_it(folder: Path) -> None:
    server = start(folder)
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert server.execute("show listen_addresses") == [("",)]


def test_preparing_twice_changes_nothing_and_the_service_has_no_rights_of_its_own(
    folder: Path,
) -> None:
    server = start(folder)
    database.prepare(server)
    database.prepare(server)
    roles = server.execute(
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
        "from pg_roles where rolname like 'sammanhang%' order by 1"
    )
    assert roles == [
        ("sammanhang_app", True, False, False, False, False),
        ("sammanhang_owner", True, False, True, False, False),
    ]
    found = server.execute("select extname from pg_extension", database.DATABASE)
    assert {("btree_gist",), ("pg_trgm",), ("pg_stat_statements",)} <= set(found)
    with psycopg.connect(server.url(database.OWNER)) as owner:
        owner.execute("create table thing (x int generated always as identity)")
    with psycopg.connect(server.url(database.APP)) as app:
        for refused in ("select from thing", "create table mine (x int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                app.execute(refused)
        app.execute("select nextval('thing_x_seq')")


# --- What one is told -----------------------------------------------------------------------


def told(folder: Path) -> str:
    with pytest.raises(DatabaseTrouble) as trouble:
        start(folder)
    return str(trouble.value)


def test_told_of_data_from_another_version(folder: Path) -> None:
    server = start(folder)
    database.stop(server)
    (server.data / "PG_VERSION").write_text("16\n")
    assert f"Data i {folder} hör till PostgreSQL 16" in told(folder)


def test_told_of_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LEAST_FREE_BYTES", 10**18)
    assert told(folder).startswith("Disken är nästan full:")


def test_told_of_a_folder_that_is_a_file(folder: Path) -> None:
    (folder / "file").touch()
    message = told(folder / "file")
    assert "går inte att skriva i" in message
    assert "SAMMANHANG_DATA=" in message


def test_told_of_a_path_too_long_for_a_socket(folder: Path) -> None:
    assert "är för lång för databasens sockel" in told(folder / ("x" * 100))


@pytest.mark.skipif(os.geteuid() != 0, reason="as root the server runs as another user")
def test_told_of_a_folder_that_the_server_may_not_reach(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert "Som root körs databasen som användaren nobody" in told(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o700, "and nothing was opened up"


def test_told_what_the_log_says_when_it_does_not_start(folder: Path) -> None:
    server = start(folder)
    database.stop(server)
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")
    message = told(folder)
    assert "Databasen kunde inte startas" in message
    assert "no_such_setting" in message
