"""Apache with mod_auth_openidc, as it comes with the system; nothing is installed here."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import httpx

MODULES = Path("/usr/lib/apache2/modules")
_PROGRAMS = ("apache2", "/usr/sbin/apache2")
_NEEDED = ("mpm_event", "authn_core", "authz_core", "authz_user", "env", "headers", "dir", "mime", "auth_openidc")
_START_SECONDS = 20
_CONFIG = """
ServerRoot {home}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {home}/apache.pid
DefaultRuntimeDir {home}
Mutex file:{home}
ErrorLog {home}/error.log
TypesConfig /dev/null
{modules}
{account}
DocumentRoot {home}/site
DirectoryIndex index.html
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI http://localhost:{port}/private/callback
OIDCCryptoPassphrase a-passphrase-for-cookies
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim email
OIDCPassClaimsAs environment
OIDCSessionType server-cache
OIDCCacheDir {home}
<Location /private>
    AuthType openid-connect
    Require valid-user
    Header always set X-Remote-User "expr=%{{REMOTE_USER}}"
</Location>
"""


def find_apache() -> str | None:
    """The program, if it and all modules are there."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    has_modules = all((MODULES / f"mod_{name}.so").exists() for name in _NEEDED)
    return program if program and has_modules else None


class Apache:
    """A site on localhost whose `/private/` only people may see whom the provider signed in."""

    def __init__(self, program: str, port: int, *, issuer: str, client_id: str, secret: str) -> None:
        self.url = f"http://localhost:{port}"
        self._program = program
        # Apache's children are another user when root starts it: the folder has to be open to them.
        self.home = Path(tempfile.mkdtemp(prefix="auther-apache-"))
        self.home.chmod(0o755)
        site = self.home / "site" / "private"
        site.mkdir(parents=True)
        (site / "index.html").write_text("<!doctype html><title>Private</title>members only")
        (site.parent / "bye.html").write_text("<!doctype html><title>Bye</title>bye")
        account = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        if account:
            os.chown(self.home, pwd.getpwnam("www-data").pw_uid, -1)
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _NEEDED)
        (self.home / "apache.conf").write_text(
            _CONFIG.format(
                home=self.home, port=port, modules=modules, account=account, issuer=issuer, client_id=client_id,
                secret=secret,
            )
        )  # fmt: skip

    def __enter__(self) -> Apache:
        self._process = subprocess.Popen(
            [self._program, "-f", str(self.home / "apache.conf"), "-DFOREGROUND"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._process.communicate()[1]
            assert time.monotonic() < deadline, "Apache does not answer"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()
        shutil.rmtree(self.home)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/bye.html").status_code == 200
        except httpx.TransportError:
            return False
