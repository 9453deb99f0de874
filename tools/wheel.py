"""Puts app.py into the wheel, beside the pages that pyproject.toml maps to metrics/_app/."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AppInWheel(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for a wheel that is shipped; an editable install finds app.py in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["app.py"] = "metrics/_app/app.py"
