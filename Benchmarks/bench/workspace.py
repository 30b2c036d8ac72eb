"""The files of a run: corpora, pattern lists and rules, made once and kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


class Workspace:
    """Makes what a case needs, by `mingjian` or, for the main case, by an outside generator.

    With MINGJIAN_BENCH_DIR the main corpus and its lists come from that folder (gen.py,
    keywords.txt, regexes.txt); the other cases use our own generator all the same.
    """

    def __init__(self, binary: Path, root: Path) -> None:
        self.binary = binary
        self.root = root
        self.outside = os.environ.get("MINGJIAN_BENCH_DIR")
        root.mkdir(parents=True, exist_ok=True)

    @property
    def source(self) -> str:
        """Where the main corpus comes from, as results name it."""
        return "bench/gen.py" if self.outside else "mingjian corpus generate"

    def tool(self, *arguments: str | Path) -> None:
        command = [str(self.binary), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{self.shown(command)} failed:\n{result.stderr.strip()}")

    def shown(self, command: list[str]) -> str:
        """A command without the folders of this machine."""
        text = " ".join(map(str, command))
        if self.outside:
            text = text.replace(self.outside.rstrip("/") + "/", "BENCH/")
        for path, name in (
            (str(self.root) + "/", ""), (str(HERE) + "/", ""), (str(HERE.parent) + "/", "../"),
            (str(self.binary), "mingjian"), (sys.executable, "python"),
        ):
            text = text.replace(path, name)
        return text.replace("../.build/release/mingjian", "mingjian")

    def main_corpus(self, megabytes: int) -> Path:
        if not self.outside:
            return self.corpus(megabytes)
        path = self.root / f"outside-{megabytes}.ndjson"
        if not path.exists():
            draft = path.with_suffix(".draft")
            script = Path(self.outside) / "gen.py"
            subprocess.run(
                [sys.executable, str(script), str(draft), str(megabytes), "1", "0"], check=True,
                stdout=subprocess.DEVNULL)
            draft.rename(path)
        return path

    def corpus(self, megabytes: int, shape: str = "everyday", conversations: int = 0) -> Path:
        name = f"{shape}-{conversations}c" if conversations else f"{shape}-{megabytes}"
        path = self.root / f"{name}.ndjson"
        if not path.exists():
            draft = path.with_suffix(".draft")
            limit = (["--conversations", str(conversations)] if conversations
                     else ["--megabytes", str(megabytes)])
            self.tool("corpus", "generate", *limit, "--seed", "1", "--shape", shape,
                      "--out", draft, "--truth", self.root / f"{name}.truth.ndjson")
            draft.rename(path)
        return path

    def main_lists(self) -> tuple[Path, Path]:
        if self.outside:
            folder = Path(self.outside)
            return folder / "keywords.txt", folder / "regexes.txt"
        return self.keywords("mixed", 1000), self.regexes("mixed", 100)

    def keywords(self, kind: str, count: int) -> Path:
        path = self.root / f"keywords-{kind}-{count}.txt"
        if count == 0:
            path.write_text("")
        elif not path.exists():
            self.tool("corpus", "keywords", "--kind", kind, "--count", str(count), "--seed", "1",
                      "--out", path)
        return path

    def regexes(self, kind: str, count: int) -> Path:
        path = self.root / f"regexes-{kind}-{count}.txt"
        if count == 0:
            path.write_text("")
        elif not path.exists():
            self.tool("corpus", "regexes", "--kind", kind, "--count", str(count), "--seed", "1",
                      "--out", path)
        return path

    def rules(self, name: str, keywords: Path, regexes: Path, fold: str) -> Path:
        """The lists as a folder of rules; made anew, since the lists may have changed."""
        folder = self.root / f"rules-{name}-{fold}"
        shutil.rmtree(folder, ignore_errors=True)
        self.tool("rules", "from-list", "--keywords", keywords, "--regexes", regexes,
                  "--fold", fold, "--out", folder)
        return folder

    def cache(self, name: str) -> Path:
        folder = self.root / f"cache-{name}"
        folder.mkdir(exist_ok=True)
        return folder

    def empty_cache(self, name: str) -> Path:
        shutil.rmtree(self.root / f"cache-{name}", ignore_errors=True)
        return self.cache(name)


def rule_numbers(folder: Path, keywords: Path, regexes: Path) -> dict[str, int]:
    """The number of each rule of `folder` in the lists: keywords first, then expressions."""
    words = [line for line in keywords.read_text("utf-8").split("\n") if line]
    patterns = [line for line in regexes.read_text("utf-8").split("\n") if line]
    by_word = {word: number for number, word in enumerate(words)}
    by_pattern = {pattern: len(words) + number for number, pattern in enumerate(patterns)}
    numbers: dict[str, int] = {}
    for file in sorted(folder.rglob("*.ndjson")) + sorted(folder.rglob("*.json")):
        text = file.read_text("utf-8")
        chunks = text.splitlines() if file.suffix == ".ndjson" else [text]
        for chunk in filter(None, map(str.strip, chunks)):
            for rule in as_list(json.loads(chunk)):
                word = first_string(rule.get("when"), "keywords")
                pattern = first_string(rule.get("when"), "regex")
                if word in by_word:
                    numbers[rule["id"]] = by_word[word]
                elif pattern in by_pattern:
                    numbers[rule["id"]] = by_pattern[pattern]
    return numbers


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def first_string(value: object, key: str, inside: bool = False) -> str | None:
    """The first string anywhere under `key`."""
    if isinstance(value, str):
        return value if inside else None
    if isinstance(value, list):
        return next(filter(None, (first_string(item, key, inside) for item in value)), None)
    if isinstance(value, dict):
        found = (first_string(item, key, inside or name == key) for name, item in value.items())
        return next(filter(None, found), None)
    return None
