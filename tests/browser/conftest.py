"""A whole portal with real processes, and Chromium in front of it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import grounds

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PASSWORD = "winter-service-2026"


@dataclass(frozen=True)
class Portal:
    """A running demo: its address, where its mail is kept, and a browser to open it with."""

    address: str
    var: Path
    browser: Browser

    def page(self, *, width: int = 1280, language: str = "en-GB") -> Page:
        """A fresh browser window of nobody in particular."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, base_url=self.address
        )
        context.set_default_timeout(20_000)
        return context.new_page()

    def sign_in(self, email: str, *, width: int = 1280) -> Page:
        """A window of somebody with an account of the demo."""
        page = self.page(width=width)
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1, name="Good day").wait_for()
        return page


class Stages:
    """Running demos by stage, each started when it is first needed."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._running: dict[str, tuple[Portal, ExitStack]] = {}

    def at(self, stage: str) -> Portal:
        """The demo at this stage."""
        if stage not in self._running:
            stack = ExitStack()
            self._running[stage] = stack.enter_context(running_demo(stage, self._browser)), stack
        return self._running[stage][0]

    def only(self, stage: str) -> Portal:
        """The same; the demos of other stages, which would keep the machine busy, end."""
        self.stop(but=stage)
        return self.at(stage)

    def stop(self, but: str = "") -> None:
        """End them."""
        for stage in self._running.keys() - {but}:
            self._running.pop(stage)[1].close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file: Playwright runs once at a time, and its loop must not outlive the file."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def portal(chromium: Browser) -> Iterator[Portal]:
    """The demo at the stage "needs"."""
    with running_demo("needs", chromium) as running:
        yield running


@pytest.fixture(scope="module")
def stages(chromium: Browser) -> Iterator[Stages]:
    """Demos of a module, each started when it is first needed; stopped at its end."""
    running = Stages(chromium)
    yield running
    running.stop()


@contextmanager
def running_demo(stage: str, browser: Browser) -> Iterator[Portal]:
    """The demo at a stage, as `make demo` runs it; stopped with SIGTERM at the end."""
    folder = Path(tempfile.mkdtemp(prefix="imc-browser-"))
    grounds.lay(folder / "var")
    demo, address = _start(folder / "var", stage)
    try:
        _wait_until_ready(demo)
        yield Portal(address, folder / "var", browser)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)
        note = folder / "var" / "socket_folder"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _start(var: Path, stage: str) -> tuple[subprocess.Popen[str], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    demo = subprocess.Popen(
        [sys.executable, "-m", "imc_portal.demo"],
        env=grounds.environment(var) | {"PORT": str(port), "STAGE": stage},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return demo, f"http://127.0.0.1:{port}"


def _wait_until_ready(demo: subprocess.Popen[str]) -> None:
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            return
    raise AssertionError("".join(said))


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is missing: `make test` says how to install it"
    return found
