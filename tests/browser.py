"""A Chromium for the tests: an installed one, else Playwright's own, else Debian's package.

`python -m tests.browser --install` fetches one where none is found. Without any, browser tests
are skipped by name, except under CI=true, where that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

# No GPU and no software rasteriser: the views must not need WebGL. The rest keeps Chromium's own
# services quiet, so that every request on record is the page's.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find_browser() -> str | None:
    """The path of a Chromium or Chrome to test with, or None."""
    asked = os.environ.get("CHROMIUM")
    if asked:
        return asked
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return next(
        (path for path in (*APPLICATIONS, _playwrights_own()) if Path(path).is_file()), None
    )


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> str | None:
    """Bring a browser where none is found; each way is tried in turn, and may fail."""
    if found := find_browser():
        return found
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for way in ways:
        try:
            subprocess.run(way, timeout=600, check=False, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"{way[0]}: {error}\n")
        if found := find_browser():
            return found
    return None


if __name__ == "__main__":
    browser = install() if "--install" in sys.argv else find_browser()
    sys.stdout.write(f"browser for the tests: {browser or 'none; browser tests are skipped'}\n")
    sys.exit(1 if browser is None and os.environ.get("CI") == "true" else 0)
