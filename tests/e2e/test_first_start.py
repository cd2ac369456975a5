"""The first start of a real installation, several processes at once, and an ordinary user."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.flow import Authorization
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

ROOT = Path(__file__).parents[2]


def test_the_operator_has_to_choose_a_password(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", command="serve").start()
    try:
        browser = FormBrowser(server.url).open("/signin?next=/admin/").sign_in("admin", server.password)
        assert browser.page.url.path == "/password/change"
        assert browser.client.post("/graphql", json={"query": "{viewer{user{id}}}"}).json()["errors"]
        browser.submit(password="a long and quite unguessable phrase")
        assert str(browser.page.url).startswith(f"{server.url}/admin/")
        mode = stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode)
    finally:
        assert server.stop() == 0
    again = ServerProcess(tmp_path / "data", command="serve", port=server.port).start()
    assert "the one you chose" in "\n".join(again.output)
    assert again.stop() == 0
    assert mode == 0o600


def test_two_processes_may_start_at_once_on_an_empty_directory(tmp_path: Path) -> None:
    servers = [ServerProcess(tmp_path / "data", command="serve") for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(ServerProcess.start, servers))
    try:
        keys = [httpx.get(f"{server.url}/oauth2/jwks").json()["keys"] for server in servers]
        passwords = [line for server in servers for line in server.output if "Note it now" in line]
    finally:
        codes = [server.stop() for server in servers]
    assert keys[0] == keys[1]
    assert len(passwords) == 1
    assert codes == [0, 0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    probe = ["test", "-r", str(ROOT / "pyproject.toml")]
    if subprocess.run(probe, user=65534, group=65534, extra_groups=[], check=False).returncode != 0:
        pytest.skip("another user cannot reach this checkout")
    home = Path("/var/tmp") / f"auther-ordinary-{os.getpid()}"
    home.mkdir()
    shutil.chown(home, 65534, 65534)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "app.cli", "doctor"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "AUTHER_DATA_DIR": str(home / "data")}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        shutil.rmtree(home)
    assert "FAIL  schema" in done.stdout
    assert "ok    database" in done.stdout


def test_a_command_without_the_configuration_file_leaves_declared_clients_alone(tmp_path: Path) -> None:
    file = tmp_path / "auther.toml"
    file.write_text(
        '[[clients]]\nid = "billing"\nname = "Billing"\nkind = "spa"\nredirect_uris = ["http://localhost:3989/cb"]\n'
    )
    declared = ServerProcess(tmp_path / "data", AUTHER_CONFIG=str(file)).start()
    flow = Authorization(declared.url, "billing", redirect_uri="http://localhost:3989/cb")
    elsewhere = ServerProcess(tmp_path / "data", port=declared.port)
    try:
        elsewhere.run("keys", "list", "--json")
        page = FormBrowser(declared.url).open(flow.url)
    finally:
        assert declared.stop() == 0

    assert "Billing" in page.text
    assert page.page.url.path == "/signin"


def test_a_wrong_declaration_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "auther.toml"
    file.write_text('[[clients]]\nid = "b"\nname = "Billing"\nkind = "web"\n')
    server = ServerProcess(tmp_path / "data", AUTHER_CONFIG=str(file))
    command = [sys.executable, "-m", "app.cli", "serve"]

    done = subprocess.run(command, env=server.environment(), capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "secret: " in done.stderr
