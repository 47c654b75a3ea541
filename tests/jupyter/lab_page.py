"""One JupyterLab page in a browser: open a notebook, run it, look at it.

Every request that would leave the machine is refused, and its address kept in `outgoing`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

AWAY = re.compile(r"^(?!(https?|wss?)://(127\.0\.0\.1|localhost)[:/])(https?|wss?|ftp)://")
KERNEL_IDLE = """() => {
    const kernel = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel;
    return !!kernel && kernel.status === 'idle' && kernel.connectionStatus === 'connected';
}"""
# The command resolves when the last cell has run, and also when the first error has stopped the
# rest: so look for errors and for cells that never ran.
RUN_ALL = """async (timeout) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    const late = new Promise((resolve) => setTimeout(resolve, timeout, 'late'));
    const done = window.jupyterapp.commands.execute('notebook:run-all-cells');
    if (await Promise.race([done, late]) === 'late') return [`not done after ${timeout} ms`];
    const problems = [];
    cells.forEach((cell, i) => {
        if (cell.model.type !== 'code' || !cell.model.sharedModel.source.trim()) return;
        for (const output of cell.model.outputs.toJSON())
            if (output.output_type === 'error')
                problems.push(`cell ${i}: ${output.ename}: ${output.evalue}`);
        if (cell.model.executionCount === null) problems.push(`cell ${i}: never ran`);
    });
    return problems;
}"""
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(
    (cell) => cell.model.type === 'code' ? cell.model.outputs.toJSON() : [])"""
# One line per widget output that shows nothing: no size, or ipywidgets' own error in its place.
BLANK_WIDGETS = """() => {
    const blank = [];
    window.jupyterapp.shell.currentWidget.content.widgets.forEach((cell, i) => {
        if (cell.model.type !== 'code') return;
        cell.model.outputs.toJSON().forEach((output, j) => {
            if (!output.data?.['application/vnd.jupyter.widget-view+json']) return;
            const node = cell.outputArea.node.querySelectorAll('.jp-OutputArea-output')[j];
            const drawn = [...(node?.querySelectorAll('*') ?? [])].some((part) => {
                const { width, height } = part.getBoundingClientRect();
                return part.childElementCount === 0 && width > 1 && height > 1;
            });
            const broken = /Error (displaying|creating) widget|could not be drawn/;
            if (!drawn || broken.test(node.textContent)) blank.push(`cell ${i}, output ${j}`);
        });
    });
    return blank;
}"""


class LabPage:
    """A browser page with JupyterLab in it.

    `outgoing`: addresses the page wanted outside this machine (all refused).
    `errors`: uncaught exceptions of the page. `console`: its error messages.
    """

    def __init__(self, context: BrowserContext, server: Any) -> None:
        self.server = server
        self.outgoing: list[str] = []
        self.errors: list[str] = []
        self.console: list[str] = []
        context.route(AWAY, lambda route: route.abort())
        self.page: Page = context.new_page()
        context.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", lambda socket: self._note(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)[:500]))
        self.page.on("console", self._heard)

    def _note(self, url: str) -> None:
        if AWAY.match(url):
            self.outgoing.append(url[:300])

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.console.append(message.text[:500])

    def open(self, notebook: str, timeout: float = 90_000) -> LabPage:
        """Open a notebook and wait until its kernel stands ready."""
        self.page.goto(self.server.url(notebook), wait_until="domcontentloaded", timeout=timeout)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=timeout)
        self.page.wait_for_function(KERNEL_IDLE, timeout=timeout)
        return self

    def run_all(self, timeout: float = 300_000) -> list[str]:
        """Run every cell; what went wrong, one line each (an empty list is success)."""
        return self.page.evaluate(RUN_ALL, timeout)

    def run_cell(self, index: int, *, wait: bool = True) -> None:
        """Run one cell, to its end or only begin it."""
        self.page.evaluate(
            """async ([index, wait]) => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
                const done = window.jupyterapp.commands.execute("notebook:run-cell");
                if (wait) await done;
            }""",
            [index, wait],
        )

    def do(self, command: str, **args: Any) -> None:
        """Run a JupyterLab command to its end."""
        self.page.evaluate(
            "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }",
            [command, args],
        )

    def restart_kernel(self) -> None:
        """Restart the kernel without asking, and wait until it is back."""
        self.page.evaluate(
            "async () => await window.jupyterapp.shell.currentWidget.sessionContext"
            ".session.kernel.restart()"
        )
        self.page.wait_for_function(KERNEL_IDLE, timeout=60_000)

    def shut_down(self) -> None:
        """End the kernel of the open notebook, if there is one."""
        self.page.evaluate(
            "async () => { await window.jupyterapp?.shell?.currentWidget?.sessionContext"
            "?.shutdown?.(); }"
        )

    def outputs(self) -> list[dict[str, Any]]:
        """The outputs of all code cells, as nbformat has them."""
        return self.page.evaluate(OUTPUTS)

    def printed(self) -> list[dict[str, Any]]:
        """What the cells printed, for cells that print one JSON object a line."""
        text = "".join(o.get("text", "") for o in self.outputs() if o["output_type"] == "stream")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def blank_widgets(self) -> list[str]:
        """Widget outputs that show nothing, one line each."""
        return self.page.evaluate(BLANK_WIDGETS)

    def theme(self, name: str) -> None:
        """Switch to "light" or "dark"."""
        self.do("apputils:change-theme", theme=f"JupyterLab {name.title()}")
        dark = str(name == "light").lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light={dark!r}]", state="attached")

    def shoot(self, folder: Path, stem: str) -> list[Path]:
        """Pictures of the whole notebook, light and dark, as stem-light.png and stem-dark.png."""
        folder.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size or {"width": 1400, "height": 1000}
        tall = self.page.evaluate(
            "() => Math.max(...[...document.querySelectorAll('.jp-Notebook, .jp-Notebook *')]"
            ".filter((part) => /jp-Notebook|jp-WindowedPanel/.test(part.className))"
            ".map((part) => part.scrollHeight))"
        )
        self.page.set_viewport_size({**size, "height": min(int(tall) + 200, 16_000)})
        paths = []
        for name in ("light", "dark"):
            self.theme(name)
            self.page.wait_for_timeout(400)  # colours ease over
            paths.append(folder / f"{stem}-{name}.png")
            self.page.screenshot(path=str(paths[-1]))
        self.page.set_viewport_size(size)
        return paths
