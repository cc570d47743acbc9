"""Servers under measurement: started, waited for, stopped; CPU time and memory of all their processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import oai_server

HERE = Path(__file__).parent
HOST = "127.0.0.1"
COMMAND = (sys.executable, "-c", "from oai_server.cli import main; main()")  # oai-server


def family(root: int) -> list[int]:
    """A process and all below it, oldest first."""
    found, at = [root], 0
    while at < len(found):
        for task in Path(f"/proc/{found[at]}/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                found += [int(each) for each in task.read_text().split()]
        at += 1
    return found


def process_cpu(process: int) -> float | None:
    """CPU seconds that a process has had, user and system, all its threads; None when it has ended.

    The same as utime and stime of /proc/PID/stat, which count in hundredths of a second: clock_getcpuclockid(3).
    """
    try:
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return None


def cpu_seconds(root: int) -> float:
    """CPU seconds of a process and all below it."""
    return sum(process_cpu(process) or 0.0 for process in family(root))


def memory(root: int) -> dict[int, int]:
    """The octets that each process holds, its share of what several hold (PSS)."""
    found = {}
    for process in family(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        found[process] = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
    return found


@dataclass(frozen=True)
class Server:
    """A server that listens. ``database`` is the process of the database that works for it."""

    name: str
    process: int
    port: int
    database: int | None = None

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: of the server, of its database."""
        return cpu_seconds(self.process), cpu_seconds(self.database) if self.database else 0.0

    def workers(self) -> list[int]:
        """Memory of each process that answers requests, in octets: of those below the one that was started."""
        return [held for process, held in memory(self.process).items() if process != self.process and _works(process)]


def _works(process: int) -> bool:
    """Whether this is more than Python's own helper of multiprocessing."""
    return b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    folder: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
    database: int | None = None,
) -> Iterator[Server]:
    """A server for the time of a with block; what it says goes to a file in the folder."""
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        _wait(process, port, log)
        yield Server(name, process.pid, port, database)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            for each in reversed(family(process.pid)):
                os.kill(each, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def our_environment() -> Mapping[str, str]:
    """Subprocesses run the very code that this process has imported."""
    return {"PYTHONPATH": str(Path(oai_server.__file__).parents[1])}


@contextmanager
def our_server(name: str, url: str, folder: Path, workers: int, database: int | None) -> Iterator[Server]:
    """`oai-server serve` on that database, settings as out of the box."""
    with _serving(name, COMMAND, url, folder, workers, database) as server:
        yield server


@contextmanager
def constant_server(pages: Path, url: str, folder: Path, workers: int) -> Iterator[Server]:
    """A Flask app that answers with the files of a folder as constants, under the very command that serves ours."""
    command = [sys.executable, str(HERE / "apps" / "constant.py")]
    with _serving("constant", command, url, folder, workers, None, BENCH_PAGES=str(pages)) as server:
        yield server


@contextmanager
def _serving(
    name: str,
    command: Sequence[str],
    url: str,
    folder: Path,
    workers: int,
    database: int | None,
    **more: str,
) -> Iterator[Server]:
    port = free_port()
    words = [*command, "serve", "--bind", f"{HOST}:{port}", "--workers", str(workers)]
    named = {"OAI_SERVER_DATABASE_URL": url, "OAI_SERVER_REPOSITORY_IDENTIFIER": "bench.example.org"}
    with running(name, words, port, folder, {**our_environment(), **named, **more}, database) as server:
        yield server


NGINX = """{user}
worker_processes {workers};
pid nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
    types {{ text/xml xml; }}
    gzip_static on;
    server {{ listen {host}:{port}; root {pages}; }}
}}
"""


def nginx_missing() -> str | None:
    """Why nginx cannot be measured here, None where it can."""
    return (
        None
        if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        else "no nginx here (apt-get install nginx-light)"
    )


@contextmanager
def nginx_server(pages: Path, folder: Path, workers: int) -> Iterator[Server]:
    """nginx with the files of a folder, and their ready .gz for whom they suit."""
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    settings = NGINX.format(user=user, workers=workers, host=HOST, port=port, pages=pages)
    (folder / "nginx.conf").write_text(settings)
    command = [shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"]
    command += ["-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;"]
    with running("nginx", command, port, folder) as server:
        yield server
