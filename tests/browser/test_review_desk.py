"""A reviewer at the desk, in a real browser: signs in, reads why, clears or confirms."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import uvicorn

selenium = pytest.importorskip("selenium", reason="selenium is not installed")
from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from api.app import create_app  # noqa: E402
from api.examples import SCREENING  # noqa: E402
from api.keeper import Keeper  # noqa: E402
from api.keys import KeyFile, Role, new_key  # noqa: E402
from api.settings import Settings  # noqa: E402
from screening.ledger.asked import Asked  # noqa: E402
from screening.ledger.entry import Request, decision_entry  # noqa: E402
from screening.ledger.store import Ledger  # noqa: E402
from screening.ledger.tables import records  # noqa: E402
from screening.rulebook.layers import rulebook_folder  # noqa: E402
from screening.shipment import Shipment  # noqa: E402

EVIL = "<script>document.title='owned'</script>"


class Desk:
    """A running service with two reviews on record, and keys of a reviewer and a screener."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("api.keeper.run_examples", lambda *given: [])
            keeper = Keeper(rulebook_folder(None))
        keys = KeyFile(folder / "keys.json")
        self.keys = {}
        for role in (Role.REVIEWER, Role.SCREENER):
            self.keys[role], key = new_key(role, date(2026, 1, 1), note=f"A {role}")
            keys.add(key)
        settings = {"keys": keys.path, "ledger": f"sqlite:///{folder}/ledger.sqlite"}
        app = create_app(Settings.model_validate(settings), keeper)
        self.ledger: Ledger = app.state.ledger
        asked = Asked()
        for product in ("NVIDIA H20", EVIL):
            line = Shipment.model_validate({**SCREENING, "law_date": "2025-07-15",
                                            "product": product})  # fmt: skip
            decision = asked.take(keeper.current.rulebook, line)
            self.ledger.append([decision_entry(decision, line, asked, Request("order system"))])
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.05)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://localhost:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    found = Desk(tmp_path_factory.mktemp("desk"))
    yield found
    found.stop()


def sign_in(browser: webdriver.Chrome, desk: Desk, role: Role = Role.REVIEWER) -> None:
    browser.get(f"{desk.url}/review")
    browser.find_element(By.ID, "key").send_keys(desk.keys[role])
    press(browser, "Sign in")


def press(browser: webdriver.Chrome, words: str) -> None:
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.XPATH, f"//button[normalize-space()='{words}']").click()
    WebDriverWait(browser, 30).until(lambda b: b.find_element(By.TAG_NAME, "html") != page)


def text(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def test_a_reviewer_clears_one_and_confirms_another(
    browser: webdriver.Chrome, desk: Desk, picture: Callable[[str], None]
) -> None:
    sign_in(browser, desk)
    picture("queue")
    assert "NVIDIA H20" in text(browser) and "Example Cloud Beijing" in text(browser)
    browser.find_element(By.ID, "rule").send_keys("h20-sales-resumed")
    browser.find_element(By.ID, "to").send_keys("china")
    press(browser, "Find")
    assert "NVIDIA H20" in text(browser) and EVIL not in text(browser)
    picture("found")
    browser.find_element(By.ID, "party").send_keys("Nobody")
    press(browser, "Find")
    assert "No review is like this." in text(browser)
    browser.find_element(By.LINK_TEXT, "Clear filters").click()
    browser.find_element(By.LINK_TEXT, "NVIDIA H20").click()
    assert "h20-sales-resumed" in text(browser)
    picture("one")
    browser.find_element(By.ID, "reason").send_keys("End use statement checked")
    press(browser, "Clear")
    assert "End use statement checked" in text(browser)
    picture("cleared")
    browser.get(f"{desk.url}/review")
    assert "NVIDIA H20" not in text(browser)
    browser.find_element(By.LINK_TEXT, EVIL).click()  # shown, and not run
    assert browser.title != "owned"
    assert "owned" in text(browser)
    browser.find_element(By.ID, "reason").send_keys("No such product")
    press(browser, "Confirm: do not ship")
    browser.get(f"{desk.url}/review")
    assert "Nothing waits for you." in text(browser)
    said = [r.data["verdict"] for r in desk.ledger.every(records.c.kind == "resolution")]
    assert said == ["cleared", "confirmed"]
    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []  # type: ignore[no-untyped-call]
    press(browser, "Sign out")
    browser.get(f"{desk.url}/review")
    assert browser.current_url.endswith("/review/login")


def test_a_key_that_does_not_review_does_not_open_it(
    browser: webdriver.Chrome, desk: Desk, picture: Callable[[str], None]
) -> None:
    sign_in(browser, desk, Role.SCREENER)
    picture("refused")
    assert "does not open the desk" in text(browser)
    assert browser.get_cookies() == []
