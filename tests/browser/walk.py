"""Walks pages in a browser and counts what is wrong on them: errors, strangers, broken policy, accessibility.

Used by the page tests and by ``./start figures spine --only pages``. axe-core is a tool of the tests: it comes by
``manage.py vendor_assets --tools`` and is handed to the page by the browser, so no address of the product serves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parent.parent / "tools" / "vendor" / "axe" / "axe.min.js"
READY = "html[data-ready], html:not(.theme-desk):not(.theme-wall)"
PATIENCE_MS = 60_000
GRAVE = ("serious", "critical")
POLICY = """() => {
  window.broken = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.broken.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
}"""
RUN = """async () => {
  const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
  return {
    rules: violations.length + passes.length,
    found: violations.map(({ id, impact, nodes }) => {
      return [id, impact, nodes.slice(0, 4).map((one) => one.target.join(' ')), nodes.length];
    }),
  };
}"""


@dataclass
class Findings:
    """What was seen on the pages walked; each line names page and width."""

    base: str
    pages: int = 0
    rules: int = 0
    console: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    policy: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    grave: list[str] = field(default_factory=list)
    lesser: Counter = field(default_factory=Counter)
    """Rules of moderate and minor impact, by name."""
    forgiven: tuple[str, ...] = ("/404/",)
    here: str = ""

    def watch(self, page: Any) -> Any:
        page.on("console", lambda line: self._console(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self._console(str(error)))
        page.on("request", self._request)
        page.on("response", self._response)
        page.add_init_script(f"({POLICY})()")
        return page

    def _console(self, text: str) -> None:
        if "404" not in text or not any(part in self.here for part in self.forgiven):
            self.console.append(f"{self.here}: {text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.outside.append(f"{self.here}: {request.url}")

    def _response(self, answer: Any) -> None:
        if answer.status >= 400 and not any(part in answer.url for part in self.forgiven):
            self.failed.append(f"{self.here}: {answer.status} {answer.url}")

    def look(self, page: Any, path: str, width: int, *, axe: bool = True) -> None:
        """Open one page at one width and examine it."""
        self.here = f"{path} @{width}"
        self.pages += 1
        answer = page.goto(self.base + path, wait_until="load", timeout=PATIENCE_MS)
        try:
            if answer is None or answer.ok:  # a page of refusal has no script to be ready
                page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)
        except Exception as error:
            self.failed.append(f"{self.here}: not ready ({type(error).__name__})")
            return
        scroll, client = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if scroll > client:
            self.wide.append(f"{self.here}: {scroll} > {client}")
        if axe:
            self._axe(page)
        self.policy += [f"{self.here}: {one}" for one in page.evaluate("window.broken || []")]

    def _axe(self, page: Any) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(RUN)
        self.rules = max(self.rules, found["rules"])
        for rule, impact, targets, count in found["found"]:
            if impact in GRAVE:
                self.grave.append(f"{self.here}: {rule} ×{count} {targets}")
            else:
                self.lesser[rule] += count


def walk(
    findings: Findings, context: Any, paths: Iterable[str], widths: Iterable[tuple[int, int]], *, axe: bool = True
) -> Findings:
    """Every path at every width in one signed-in profile."""
    page = findings.watch(context.new_page())
    for width, height in widths:
        page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            findings.look(page, path, width, axe=axe)
    page.close()
    return findings
