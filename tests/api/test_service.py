"""Who may ask, how often, and by which rules the service answers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from served import BOOK, Client

from api.examples import SCREENING
from api.keeper import Keeper
from api.keys import KeyFile, Role, find, new_key
from api.reference import RULES
from screening import Rulebook
from screening.ledger.database import LedgerUnavailable
from screening.problems import ProblemsFound
from screening.rulebook.layers import Loading, read_layers

EXAMPLE = """\
examples:
  - title: Nothing goes to Norway
    given: {destination: "NO", law_date: 2026-02-01}
    expect: {verdict: deny}
"""


class TestKeys:
    def test_only_the_hash_is_kept_and_the_file_is_the_owner_s(self, tmp_path: Path) -> None:
        text, key = new_key(Role.SCREENER, date(2026, 1, 1))
        file = KeyFile(tmp_path / "keys.json")
        file.add(key)
        assert text not in file.path.read_text()
        assert file.path.stat().st_mode & 0o777 == 0o600
        assert find(text, file.read(), date(2026, 1, 2)) == key

    def test_a_key_ends_after_its_last_day_and_when_revoked(self, tmp_path: Path) -> None:
        text, key = new_key(Role.SCREENER, date(2026, 1, 1), date(2026, 6, 30))
        file = KeyFile(tmp_path / "keys.json")
        file.add(key)
        assert find(text, file.read(), date(2026, 6, 30)) is not None
        assert find(text, file.read(), date(2026, 7, 1)) is None
        assert file.revoke(key.id, date(2026, 2, 1))
        assert find(text, file.read(), date(2026, 2, 1)) is None
        assert not file.revoke(key.id, date(2026, 2, 1))

    def test_a_broken_key_file_opens_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        path.write_text('{"keys": [{"id": "x"}]}')
        with pytest.raises(ProblemsFound, match="cannot be read"):
            KeyFile(path).read()

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/vocabulary",
            "/v1/rulebook",
            "/v1/nothing/../rulebook",
            "/metrics",
            "/openapi.json",
            "/v1/decisions",
        ],
    )
    def test_nothing_but_health_answers_without_a_key(self, client: Client, path: str) -> None:
        caller = client(None)
        assert caller.get("/healthz").status_code == 200
        assert caller.get("/readyz").status_code == 200
        assert caller.get(path).status_code == 401
        assert caller.post("/v1/screenings", json=SCREENING).status_code == 401
        wrong = {"Authorization": "Bearer sck_0_x"}
        answer = caller.post("/v1/screenings", json=SCREENING, headers=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "no-key")

    def test_the_front_page_tells_the_way_and_nothing_else(self, client: Client) -> None:
        """The same for everybody, and links only to what is there."""
        caller, keyed = client(None), client(Role.ADMIN)
        page = caller.get("/")
        assert page.status_code == 200 and page.text == keyed.get("/").text
        for way in re.findall(r'href="(/[^"]*)"', page.text):
            assert caller.get(way).status_code == 200, way
        assert keyed.app.state.keeper.current.rulebook.digest not in page.text

    def test_an_auditor_does_not_screen(self, client: Client) -> None:
        answer = client(Role.AUDITOR).post("/v1/screenings", json=SCREENING)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    def test_a_revoked_key_is_closed_at_once(self, client: Client, tmp_path: Path) -> None:
        caller = client()
        assert caller.get("/v1/vocabulary").status_code == 200
        file = KeyFile(tmp_path / "keys.json")
        file.revoke(file.read()[0].id, date(2026, 1, 2))
        assert caller.get("/v1/vocabulary").status_code == 401

    def test_a_key_that_asks_too_often_waits(self, client: Client) -> None:
        caller = client(requests_per_minute=2)
        codes = [caller.get("/v1/vocabulary").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert int(caller.get("/v1/vocabulary").headers["Retry-After"]) > 0


class TestRulebook:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A small rulebook with one example."""
        folder = tmp_path / "rules"
        folder.mkdir()
        (folder / "rules.yaml").write_text(BOOK)
        (folder / "examples.yaml").write_text(EXAMPLE)
        return folder

    def test_a_good_new_version_takes_over(self, folder: Path) -> None:
        keeper = Keeper(folder)
        accepted: list[str] = []
        keeper.serve(lambda rulebook: accepted.append(rulebook.digest))
        assert keeper.look().rulebook.digest == accepted[0]
        with (folder / "rules.yaml").open("a") as stream:
            stream.write("# looked at again\n")
        assert keeper.look().rulebook.digest == accepted[1]
        assert keeper.current.refused == ()

    def test_files_that_stay_are_not_read_again_as_rules(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And a folder that comes to stand where a layer was sought is seen."""
        (folder / "rules.yaml").write_text(BOOK.replace("rulebook:", "rulebook:\n  over: us-ear"))
        (folder / "examples.yaml").unlink()
        monkeypatch.setattr("api.keeper.tried", lambda *given: SimpleNamespace(digest=""))
        keeper = Keeper(folder)
        readings: list[Path] = []

        def counted(path: Path, loading: Loading) -> None:
            readings.append(path)
            read_layers(path, loading)

        monkeypatch.setattr("api.keeper.read_layers", counted)
        for _ in range(5):
            keeper.look()
        assert len(readings) == 2
        (folder.parent / "us-ear").mkdir()
        (folder.parent / "us-ear/rules.yaml").write_text(BOOK.replace("small", "us-ear"))
        keeper.look()
        assert len(readings) == 3

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [("    when:", "    whem:", "unknown-key"), ('"NO"', '"SE"', "example-fails")],
    )
    def test_a_broken_one_does_not(self, folder: Path, old: str, new: str, code: str) -> None:
        """Whether it does not load, or loads and answers its own examples otherwise."""
        keeper = Keeper(folder)
        before = keeper.current.rulebook
        (folder / "rules.yaml").write_text(BOOK.replace(old, new))
        served = keeper.look()
        assert served.rulebook is before
        assert code in {p.code for p in served.refused}

    def test_examples_are_run_once_for_all_workers(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The parent leaves the digest of what it tried; any other rulebook is tried as ever."""
        good = Keeper(folder).current.rulebook.digest
        runs: list[str] = []

        def counted(rulebook: Rulebook, *rest: object) -> list[object]:
            runs.append(rulebook.digest)
            return []

        monkeypatch.setattr("api.keeper.run_examples", counted)
        worker = Keeper(folder, good)
        assert runs == []
        (folder / "rules.yaml").write_text(BOOK + "# changed\n")
        assert worker.look().rulebook.digest != good
        Keeper(folder, good)
        assert len(runs) == 2

    def test_one_that_cannot_be_put_on_record_waits(self, folder: Path) -> None:
        keeper = Keeper(folder)
        before = keeper.current.rulebook
        away = [False]

        def accept(rulebook: Rulebook) -> None:
            if away[0]:
                raise LedgerUnavailable([])

        keeper.serve(accept)
        away[0] = True
        with (folder / "rules.yaml").open("a") as stream:
            stream.write("# looked at again\n")
        with pytest.raises(LedgerUnavailable):
            keeper.look()
        assert keeper.current.rulebook is before
        away[0] = False
        assert keeper.look().rulebook is not before

    def test_what_would_load(self, client: Client) -> None:
        caller = client()
        good = caller.post("/v1/rulebook/check", json={"files": {"rules.yaml": RULES}}).json()
        assert (good["ok"], good["problems"]) == (True, [])
        bad = RULES.replace('destination: "NO"', "destnation: NO")
        told = caller.post("/v1/rulebook/check", json={"files": {"rules.yaml": bad}}).json()
        problem = told["problems"][0]
        assert (told["ok"], problem["file"], problem["line"]) == (False, "rules.yaml", 8)

    @pytest.mark.parametrize("name", ["../x.yaml", "/etc/x.yaml", "x.py"])
    def test_a_name_that_leads_elsewhere(self, client: Client, name: str) -> None:
        answer = client().post("/v1/rulebook/check", json={"files": {name: ""}})
        assert (answer.status_code, answer.json()["code"]) == (422, "file-name")


def test_the_description_has_an_example_for_every_body(client: Client) -> None:
    described = client().get("/openapi.json").json()
    for path, ways in described["paths"].items():
        if "requestBody" in ways.get("post", {}):
            content = ways["post"]["requestBody"]["content"]
            assert all("example" in c for c in content.values()), path
