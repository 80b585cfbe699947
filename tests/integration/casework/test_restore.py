"""A backup is restored to a moment, as docs/operations.md tells, after the database has been killed
at its work: what was acknowledged before that moment is there, what came after is not, and the
chains hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from test_crash import acknowledged, heard, kill_database, output, process

from sammanhang.site import database

WITHIN = 60  # seconds, for the archive and the recovery


def until(answer: str, server: database.Server, sql: str) -> None:
    """Waits for the server to say so."""
    deadline = time.monotonic() + WITHIN
    while str(server.execute(sql)[0][0]) != answer:
        assert time.monotonic() < deadline, sql


def sends(folder: Path, many: int) -> set[str]:
    """So many acknowledged sends."""
    worker = process(folder, "work")
    said = heard([worker], many)
    worker.kill()
    return acknowledged([*said, *worker.communicate()[0].splitlines()])


def owned_as(data: Path, folder: Path) -> None:
    """By whom the server runs as, which for root is another."""
    shutil.chown(folder, data.stat().st_uid, data.stat().st_gid)
    for below in folder.rglob("*"):
        os.chown(below, data.stat().st_uid, data.stat().st_gid)


def test_a_backup_is_restored_to_a_moment() -> None:
    with TemporaryDirectory(prefix="sammanhang-restore-", ignore_cleanup_errors=True) as name:
        root = Path(name)
        root.chmod(0o755)
        lived, restored, archive = root / "lived", root / "restored", root / "archive"
        for folder in (lived, restored, archive):
            folder.mkdir(mode=0o755)
        try:
            moment, before, after = backed_up(lived, restored, archive)
            found = set(recovered(restored, archive, moment))
        finally:
            database.remove(lived)
            database.remove(restored)

    assert len(before) >= 20
    assert before - found == set()
    assert after & found == set()
    assert [line for line in found if line.startswith("broken")] == []


def backed_up(lived: Path, restored: Path, archive: Path) -> tuple[str, set[str], set[str]]:
    """(a moment, what was acknowledged before it, and after it), with a backup and an archive."""
    server = database.start(lived)
    owned_as(server.data, archive)
    database.prepare(server)
    output(lived, "fill")
    server.execute("alter system set archive_mode = on")
    server.execute(f"alter system set archive_command = 'cp %p {archive}/%f'")
    database.stop(server)
    database.start(lived)
    copy = [server.programs / "pg_basebackup", "-h", server.socket, "-U", "postgres"]
    subprocess.run([*copy, "-D", restored / "data", "-c", "fast"], check=True)

    before = sends(lived, 20)
    moment = str(server.execute("select clock_timestamp()")[0][0])
    after = sends(lived, 20)
    (wal,) = server.execute("select pg_walfile_name(pg_switch_wal())")[0]
    until("True", server, f"select last_archived_wal >= '{wal}' from pg_stat_archiver")
    worker = process(lived, "work")
    heard([worker], 5)
    kill_database(server)
    worker.kill()
    worker.wait()
    owned_as(server.data, restored / "data")
    return moment, before, after


def recovered(restored: Path, archive: Path, moment: str) -> list[str]:
    """What is in the database that a backup and the archive give, up to a moment."""
    with (restored / "data" / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"restore_command = 'cp {archive}/%f %p'\n"
            f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
            "archive_mode = off\n"
        )
    (restored / "data" / "recovery.signal").touch()
    server = database.start(restored)
    until("False", server, "select pg_is_in_recovery()")
    return output(restored, "check")
