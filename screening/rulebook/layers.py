"""Which files make up a rulebook: the folder itself and the layers it stands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from screening.problems import Place, Problem, ProblemsFound, nearest
from screening.rulebook import schema
from screening.rulebook.files import (
    RuleFile,
    all_files,
    leads_elsewhere,
    read_rule_file,
    rule_files,
)
from screening.rulebook.lost import Lost


def shipped_root() -> Path:
    """Where the rulebooks lie: in the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_rulebooks"
    return inside if inside.is_dir() else package.parent / "rules"


def rulebook_folder(name: str | None) -> Path:
    """The folder meant: a path, the id of a shipped rulebook, or us-ear. Raises `ProblemsFound`."""
    root = shipped_root()
    if name is None:
        return root / "us-ear"
    if Path(name).is_dir():
        return Path(name)
    if name not in (".", "..") and Path(name).name == name and (root / name).is_dir():
        return root / name
    shipped = sorted(p.name for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    raise ProblemsFound([Problem(
        "no-rulebook", f"there is no rulebook folder `{name}`{nearest(name, shipped)}",
        "give a folder, or one of " + ", ".join(shipped))])  # fmt: skip


@dataclass
class Layer:
    """One rulebook folder, read."""

    id: str
    folder: Path
    header: schema.Header
    files: list[RuleFile]


@dataclass
class Loading:
    """What has been read so far, lowest layer first, and everything that is wrong with it."""

    problems: list[Problem] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    contents: list[tuple[str, bytes]] = field(default_factory=list)
    looked_in: list[Path] = field(default_factory=list)
    """Every folder that has a say in it, also where there is none yet."""
    lost: Lost = field(default_factory=Lost)

    def complain(self, code: str, message: str, place: Place | None, help: str = "") -> None:
        """Note a problem and go on, so that all are shown at once."""
        self.problems.append(Problem(code, message, help, place))


def _stand_in(id: str, over: str | None) -> schema.Header:
    said = {"language": "1", "id": id, "title": id, "over": over}
    return schema.Header.model_validate(said)


def stands_over_another(folder: Path) -> bool:
    """Whether a rulebook, be it right or wrong, stands over another: a firm's over the law's."""
    loading = Loading()
    read_layers(folder, loading)
    return len(loading.layers) > 1


def read_layers(folder: Path, loading: Loading, above: tuple[str, ...] = ()) -> None:
    """Read a rulebook folder, after the one it stands over."""
    loading.looked_in.append(folder)
    if not folder.is_dir():
        loading.complain("no-rulebook", f"there is no folder `{folder}`", None)
        return
    files: list[RuleFile] = []
    lost = Lost()
    for path in rule_files(folder):
        shown = str(folder / path.relative_to(folder))
        read, problems = read_rule_file(path, shown, lost)
        loading.problems += problems
        if read is not None:
            files.append(read)
    headers = [f for f in files if f.content.rulebook is not None]
    loading.lost.add(lost)
    if len(headers) != 1 and not (lost.header and not headers):
        where = headers[1].place("rulebook") if headers else None
        said = "several files of this folder have" if headers else "no file of this folder has"
        loading.complain("rulebook-header", f"`{folder}`: {said} a `rulebook` header", where,
                         "one file says what the rulebook is, under `rulebook:`")  # fmt: skip
        return
    # In the place of a header that is wrong stands one that says nothing, to check the rest.
    named = headers[0].content.rulebook if headers else None
    header = named or _stand_in(folder.name, lost.over)
    if header.over is not None:
        lower = [folder.parent / header.over, shipped_root() / header.over]
        loading.looked_in += lower
        plain = Path(header.over).name == header.over and not leads_elsewhere(header.over)
        found = next((p for p in lower if p.is_dir()), None) if plain else None
        if found is None or header.over in above:
            loading.complain(
                "unknown-layer",
                f"there is no rulebook `{header.over}` to stand over",
                headers[0].place("rulebook", "over") if headers else None,
                "`over` names a folder beside this one, or a shipped rulebook",
            )
            return
        read_layers(found, loading, (*above, header.over))
    loading.layers.append(Layer(header.id, folder, header, files))
    for path in all_files(folder):
        name = f"{header.id}/{path.relative_to(folder).as_posix()}"
        loading.contents.append((name, path.read_bytes()))
