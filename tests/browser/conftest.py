"""A real browser, without a screen; the tests skip, and say so, where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Chromium with its driver (a `selenium.webdriver.Chrome`)."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("Chromium is not installed; on Debian: apt-get install -y chromium "
                    "chromium-driver")  # fmt: skip
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update",
                 "--disable-sync", "--disable-dev-shm-usage", "--window-size=1200,1400",
                 f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):  # fmt: skip
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as found:
        found.set_page_load_timeout(60)
        yield found


@pytest.fixture
def picture(browser: object) -> object:
    """Save what the browser shows under a name, where `SCREENSHOTS` names a folder."""

    def save(name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            browser.save_screenshot(str(Path(folder) / f"{name}.png"))  # type: ignore[attr-defined]  # a driver

    return save
