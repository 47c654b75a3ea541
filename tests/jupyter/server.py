"""A JupyterLab server of our own: on the loopback, with private folders, gone when we are gone.

Only what asks the network is switched off (news, update check, extension list). The kernel keeps
the settings JupyterLab ships with, above all `commsOverSubshells`: a widget's callback may then
run in a second thread beside a running cell, and that is what these tests are about.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
    # Every cell is drawn, so that "is it visible" means the notebook and not the scroll position.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
START_SECONDS = 90
STOP_SECONDS = 15


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def die_with_parent() -> None:
    """Ask Linux to send us SIGTERM when the parent goes, even if it goes by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)


class Server:
    """`with Server(folder) as server:` serves the folder's notebooks at `server.url(name)`.

    Leaving the block stops the server and its kernels. Raises RuntimeError with the server's own
    words when it doesn't come up.
    """

    ready = "/api/status"

    def __init__(self, folder: Path, env: dict[str, str] | None = None) -> None:
        self.folder = Path(folder)
        self.port, self.token = free_port(), secrets.token_hex(16)
        self._extra_env = env or {}

    def url(self, notebook: str) -> str:
        """Address of one notebook, alone on the page, whatever was open before."""
        return f"http://127.0.0.1:{self.port}/doc/tree/{notebook}?reset&token={self.token}"

    def __enter__(self) -> Server:
        self._private = Path(tempfile.mkdtemp(prefix="formicarium-lab-"))
        self._log = (self._private / "server.log").open("wb")
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)  # the server then shuts its kernels down
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
        shutil.rmtree(self._private, ignore_errors=True)

    def log(self) -> str:
        """What the server said so far."""
        return (self._private / "server.log").read_text(errors="replace")

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self._command(),
            cwd=self.folder,
            env=self._environment(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"{type(self).__name__}: it did not come up:\n{self.log()[-3000:]}"
                )
            time.sleep(0.1)

    def _answers(self) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.ready}",
            headers={"Authorization": f"token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _command(self) -> list[str]:
        settings = self._private / "settings"
        settings.mkdir()
        (settings / "overrides.json").write_text(json.dumps(SETTINGS))
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.folder,
            "ServerApp.open_browser": False,
            "ServerApp.terminals_enabled": False,
            "IdentityProvider.token": self.token,
            "LabApp.app_settings_dir": settings,
            "LabApp.news_url": None,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "LabApp.extension_manager": "readonly",
            "LabApp.expose_app_in_browser": True,  # window.jupyterapp, by which the page is driven
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *flags]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "user-settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        private = {name: str(self._private / folder) for name, folder in folders.items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, **private, "PATH": path, **self._extra_env}
