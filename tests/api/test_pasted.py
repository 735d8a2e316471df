"""The README's lines for the service work as pasted; settings and deployment are as described."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx2
import pytest
import yaml
from postgresql import Server
from served import BOOK

from api.settings import Settings
from screening.ledger.database import LedgerUnavailable
from screening.ledger.entry import act_entry
from screening.ledger.store import Ledger

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SERVICE = (ROOT / "docs/service.md").read_text("utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_start_screen_read_and_replay(tmp_path: Path) -> None:
    """In an empty folder, but for the port, and ended by the test."""
    (lines,) = re.findall(r"```sh\n(screening serve.*?)```", README, re.DOTALL)
    (python,) = re.findall(r"```py\n(.*?)```", README, re.DOTALL)
    port = str(free_port())
    script = (
        f"trap 'kill $(jobs -p); wait' EXIT\n{lines}\n"
        f'{sys.executable} - <<END\nKEY = "$KEY"\n{python}\nEND\n'
    ).replace(":8000", f":{port}")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
           "SCREENING_PORT": port}  # fmt: skip
    told = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=env,
                          capture_output=True, text=True, timeout=400)  # fmt: skip
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    assert "deny presumption_of_denial\nDeny: " in told.stdout
    assert "decisive | h20-is-informed | " in told.stdout
    assert '"identical":true' in told.stdout
    assert "records, each as it was written" in told.stdout
    assert told.stdout.rstrip().endswith("deny")
    assert (tmp_path / "screening-keys-first.txt").stat().st_mode & 0o777 == 0o600
    assert "Beijing" not in told.stderr


@pytest.mark.slow
def test_the_commands_of_the_page_of_the_service(tmp_path: Path) -> None:
    """All in order, in a folder with a table, but those that take a container engine."""
    blocks = re.findall(r"```sh\n(.*?)```", SERVICE, re.DOTALL)
    commands = [b for b in blocks if "docker" not in b]
    assert len(commands) == 3
    (tmp_path / "orders.csv").write_text("law_date,destination,product\n2026-03-01,DE,bolt\n")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/book.yaml").write_text(BOOK)
    ready = "screening screen orders.csv --quiet --rulebook book --ledger $SCREENING_LEDGER\n"
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
           "SCREENING_LEDGER": "sqlite:///screening-ledger.sqlite"}  # fmt: skip
    told = subprocess.run(["bash", "-euo", "pipefail", "-c", ready + "\n".join(commands)],
                          cwd=tmp_path, env=env, capture_output=True, text=True,
                          timeout=300)  # fmt: skip
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    assert "each as it was written" in told.stdout and "on record under screening" in told.stderr


def test_every_setting_is_described_and_no_other() -> None:
    rows = re.findall(r"^\| `SCREENING_(\w+)` \| (.*?) \| (.*?) \|$", SERVICE, re.MULTILINE)
    told = [
        (name.upper(), "" if f.default is None else f"`{f.default}`", f.description)
        for name, f in Settings.model_fields.items()
    ]
    assert rows == told


def test_settings_come_from_environment_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SCREENING_PORT=8101\nSCREENING_MAX_LINES=7\n")
    monkeypatch.setenv("SCREENING_PORT", "8102")
    assert (Settings().port, Settings().max_lines) == (8102, 7)


class TestContainers:
    COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
    DOCKERFILE = (ROOT / "Dockerfile").read_text()

    def test_what_is_copied_is_there_and_sent_to_the_builder(self) -> None:
        sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", self.DOCKERFILE, re.MULTILINE):
            for source in sources.split():
                assert (ROOT / source).exists() and source in sent, source

    def test_what_is_set_is_a_setting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """By its name, and with a value that it takes: those of the image, then those of compose
        over them."""
        (image,) = re.findall(r"^ENV (.*)$", self.DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
        given = dict(pair.split("=", 1) for pair in image.split())
        given |= self.COMPOSE["services"]["screening"]["environment"]
        given = {n: v for n, v in given.items() if n.startswith("SCREENING_")}
        for name, value in given.items():
            assert isinstance(value, str), f"{name}: compose takes text"
            monkeypatch.setenv(name, value.replace("${POSTGRES_PASSWORD}", "1f"))
        names = {n.removeprefix("SCREENING_").lower() for n in given}
        assert names <= set(Settings.model_fields)
        assert Settings().model_fields_set >= names
        assert (Settings().workers, Settings().host) == (2, "127.0.0.1")

    def test_compose_is_of_one_piece(self) -> None:
        """What one part names the others have: services, volumes, files, the proxy's way in."""
        services = self.COMPOSE["services"]
        for name, service in services.items():
            assert set(service.get("depends_on", ())) <= set(services)
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                if not source.startswith("./deploy/tls"):
                    there = (ROOT / source).exists() if source[0] == "." else source in (
                        self.COMPOSE["volumes"])  # fmt: skip
                    assert there, (name, source)
        assert services["proxy"]["network_mode"] == "service:screening"
        assert "127.0.0.1:8000" in (ROOT / "deploy/nginx.conf").read_text()
        (home,) = re.findall(r"^VOLUME (\S+)$", self.DOCKERFILE, re.MULTILINE)
        assert services["screening"]["volumes"] == [f"state:{home}"]
        stop = int(services["screening"]["stop_grace_period"].removesuffix("s"))
        assert stop > Settings.model_fields["stop_seconds"].default

    def test_the_address_of_its_database_opens_a_real_one(self, postgresql: Server) -> None:
        """As the image of PostgreSQL sets it up: this user, this password, this database."""
        made = self.COMPOSE["services"]["database"]["environment"]
        password = secrets.token_hex(16)
        postgresql.run(f"CREATE ROLE {made['POSTGRES_USER']} LOGIN PASSWORD '{password}'",
                       f"CREATE DATABASE {made['POSTGRES_DB']} OWNER {made['POSTGRES_USER']}",
                       )  # fmt: skip
        url = self.COMPOSE["services"]["screening"]["environment"]["SCREENING_LEDGER"]
        assert "@database/" in url and "database" in self.COMPOSE["services"]
        url = url.replace("@database/", f"@127.0.0.1:{postgresql.port}/")
        ledger = Ledger(url.replace("${POSTGRES_PASSWORD}", password))
        ledger.append([act_entry("test", "key-made")])
        assert ledger.head().seq == 1
        ledger.close()
        with pytest.raises(LedgerUnavailable) as refused:
            Ledger(url.replace("${POSTGRES_PASSWORD}", "another-word"))
        assert "another-word" not in str(refused.value)

    def test_it_runs_as_its_own_user(self) -> None:
        assert "USER screening" in self.DOCKERFILE

    @pytest.mark.slow
    def test_its_steps_make_a_service_that_is_healthy(self, tmp_path: Path) -> None:
        """Every step but those of the engine: what is copied is installed, and its command run as
        somebody who may write nothing but its home.

        What it depends on is taken from here instead of being installed once more.
        """
        steps = self.DOCKERFILE.replace("\\\n", "")
        source, made, home = tmp_path / "src", tmp_path / "made", tmp_path / "home"
        source.mkdir()
        home.mkdir()
        for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", steps, re.MULTILINE):
            for name in copied.split():
                there, here = ROOT / name, source / name
                shutil.copytree(there, here) if there.is_dir() else shutil.copy(there, here)
        (install,) = re.findall(r"^RUN (python -m venv .*)$", steps, re.MULTILINE)
        install = install.replace("/opt/screening", str(made)).replace(
            "install ", "install --no-deps "
        )
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        subprocess.run(["bash", "-euc", install], cwd=source, check=True, capture_output=True,
                       env={**os.environ, "PATH": path})  # fmt: skip
        (environment,) = re.findall(r"^ENV (.*)$", steps, re.MULTILINE)
        for place in (made, *made.rglob("*")):
            if not place.is_symlink():
                place.chmod(place.stat().st_mode & ~0o222)
        # Root is bound by modes as well, once it has no more rights than others.
        plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        here = {"/opt/screening": str(made), "/var/lib/screening": str(home), "$PATH": path}
        for old, new in here.items():
            environment = environment.replace(old, new)
        port = free_port()
        env = dict(pair.split("=", 1) for pair in environment.split())
        env |= {"SCREENING_PORT": str(port), "SCREENING_HOST": "127.0.0.1",
                "PYTHONPATH": sysconfig.get_paths()["purelib"]}  # fmt: skip
        (command,), (health,) = (
            re.findall(rf"^{word}.*?(\[.*\])$", steps, re.MULTILINE)
            for word in ("CMD", "HEALTHCHECK")
        )
        with (tmp_path / "log").open("wb") as log:
            service = subprocess.Popen([*plain, *json.loads(command)], cwd=home, env=env,
                                       stdout=log, stderr=log)  # fmt: skip
        check = [*plain, *(w.replace(":8000", f":{port}") for w in json.loads(health))]
        assert subprocess.run(check, env=env, cwd=home, capture_output=True).returncode != 0
        try:
            for _ in range(240):
                if subprocess.run(check, env=env, cwd=home, capture_output=True).returncode == 0:
                    break
                assert service.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.5)
            page = httpx2.get(f"http://127.0.0.1:{port}/review/login")
            assert page.status_code == 200 and "Sign in" in page.text
            assert not os.access(made / "bin", os.W_OK) or plain
            told = Path(f"/proc/{service.pid}/cmdline").read_bytes()
            assert str(made).encode() in told
        finally:
            service.terminate()
            assert service.wait(30) in (0, -signal.SIGTERM)
            for place in (made, *made.rglob("*")):
                if not place.is_symlink():
                    place.chmod(place.stat().st_mode | 0o200)
        assert (home / "ledger.sqlite").exists() and (home / "keys-first.txt").exists()
        where = subprocess.run([made / "bin/python", "-c", "import api; print(api.__file__)"],
                               env=env, cwd=home, capture_output=True, text=True)  # fmt: skip
        assert where.stdout.startswith(str(made))


@pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl") and shutil.which("curl")),
    reason="nginx, openssl or curl is not installed; on Debian: apt-get install -y nginx-light",
)
def test_tls_by_the_example_proxy(tmp_path: Path) -> None:
    """The example as it stands, but for ports and places, in front of a small service."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers["Authorization"].encode())

        def log_message(self, *given: object) -> None: ...

    behind = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"],
                   cwd=tmp_path, check=True, capture_output=True)  # fmt: skip
    http, https = free_port(), free_port()
    text = (ROOT / "deploy/nginx.conf").read_text()
    here = {"127.0.0.1:8000": f"127.0.0.1:{behind.server_port}", "listen 80": f"listen {http}",
            "listen 443": f"listen {https}", "/etc/nginx/tls": str(tmp_path)}  # fmt: skip
    for old, new in here.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; daemon off;\n{text}")
    proxy = subprocess.Popen(["nginx", "-p", str(tmp_path), "-c", "nginx.conf",
                              "-e", f"{tmp_path}/error"])  # fmt: skip

    def ask(*words: str) -> str:
        asked = ["curl", "-s", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
                 "--cacert", str(tmp_path / "cert.pem"), *words]  # fmt: skip
        return subprocess.run(asked, capture_output=True, text=True, timeout=60).stdout

    try:
        bearer = ["-H", "Authorization: Bearer x"]
        assert ask(f"https://localhost:{https}/v1/vocabulary", *bearer) == "Bearer x"
        assert "308" in ask("-i", f"http://localhost:{http}/v1/vocabulary")
        assert "403" in ask("-i", f"https://localhost:{https}/metrics", *bearer)
    finally:
        proxy.terminate()
        proxy.wait()
        behind.shutdown()
