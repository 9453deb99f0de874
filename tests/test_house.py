"""What those who install Northstar rely on: complete locks, a working command, a wheel with the app."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from streamlit import config

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {
    "requirements.lock": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["build"]],
    # What connects to further databases is for their users to choose.
    "requirements-dev.lock": [
        *PROJECT["dependencies"],
        *(line for extra in ("build", "dev") for line in PROJECT["optional-dependencies"][extra]),
    ],
}
# Written so that the pattern does not match itself.
FOREIGN = re.compile(
    r"(?<![\w.])/(work|root|tmp|home|Users)/"
    r"|\b(pypi|pythonhosted|registry\.npmjs|registry\.yarnpkg|deb\.debian)\.(org|com)\b"
)


def tracked() -> list[Path]:
    """All files of the repository, also those not committed yet, less the ignored ones."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip("not a Git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins(lock: str) -> dict[str, tuple[Version, list[str]]]:
    """Each pinned distribution's version and hashes."""
    found = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8")):
        if not entry.startswith("#"):
            pin = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", entry)
            assert pin, f"{lock}: not an exact pin: {entry.splitlines()[0]}"
            found[canonicalize_name(pin[1])] = (
                Version(pin[2]),
                re.findall(r"--hash=sha256:[0-9a-f]{64}", entry),
            )
    return found


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if FOREIGN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_is_complete(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    locked = pins(lock)
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []
    for line in LOCKS[lock]:
        requirement = Requirement(line)
        assert any(spec.operator == ">=" for spec in requirement.specifier), f"no floor: {line}"
        version, _ = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{line}, but {version} is locked"


def test_both_locks_pin_the_same() -> None:
    dev = pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_command_resolves() -> None:
    (command,) = entry_points(group="console_scripts", name="northstar")
    assert callable(command.load())


def test_modules_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"
        if (lines := path.read_bytes().count(b"\n")) > 400
    }
    assert long == {}


def test_wheel_holds_the_app(tmp_path: Path) -> None:
    wanted = set()
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("metrics/"):
            wanted.add(name)
        elif name == "app.py" or name.startswith(("pages/", "static/", ".streamlit/", "data/demo/")):
            wanted.add(f"metrics/_app/{name}")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert "metrics/_app/app.py" in held
    assert held == wanted


def settings(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    """A TOML table as dotted names and values."""
    found: dict[str, object] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        found |= settings(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found


CONFIG = settings(tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")))


def test_streamlit_knows_every_option() -> None:
    assert [name for name in CONFIG if name not in config.get_config_options()] == []


def test_nothing_is_sent_or_fetched_elsewhere() -> None:
    assert CONFIG["browser.gatherUsageStats"] is False
    assert CONFIG["client.showErrorLinks"] is False
    assert [name for name, value in CONFIG.items() if "//" in str(value)] == []


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1. Formula: WCAG 2.2, "relative luminance"."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_contrast(theme: str) -> None:
    """Formula: WCAG 2.2, "contrast ratio"; at least 4.5 to 1 for text."""
    colours = {name.split(".")[-1]: str(value) for name, value in CONFIG.items() if f".{theme}." in name}
    for text in (name for name in colours if name.endswith("extColor") or name in ("primaryColor", "linkColor")):
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            low, high = sorted((luminance(colours[text]), luminance(colours[background])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, f"{text} on {background}"
