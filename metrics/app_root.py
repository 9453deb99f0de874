"""Where the app and the demo are: beside the package in a checkout, inside it where it was installed."""

from pathlib import Path


def app_root() -> Path:
    """Return the folder of `app.py`."""
    package = Path(__file__).parent
    return package.parent if (package.parent / "app.py").is_file() else package / "_app"


def demo() -> Path:
    """Return the folder of the demo workspace."""
    return app_root() / "data" / "demo"
