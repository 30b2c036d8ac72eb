"""The cases: what is compared with what, and what must hold before a time is taken."""

from pathlib import Path

from bench import engines, measure
from bench.engines import Answer, Engine
from bench.results import Results, median, say
from bench.workspace import HERE, Workspace, rule_numbers

FORMATS = ["table", "json", "ndjson"]
CHECK_MEGABYTES = 20


class Disagreement(Exception):
    """Engines gave different answers; nothing is timed then."""


class Bench:
    """Runs cases and adds them to the results."""

    def __init__(self, space: Workspace, results: Results, runs: int, peers: list[str]) -> None:
        self.space = space
        self.results = results
        self.runs = runs
        self.peers = peers

    # Answers

    def answer(self, engine: Engine) -> Answer:
        output = self.space.root / "answer.out"
        sample = engine.run(output)
        answer = engine.answer(output)
        say(f"  {engine.name}: {answer.hits:,} hits, digest {answer.digest}, {sample.wall:.2f} s")
        return answer

    def agree(self, title: str, group: list[Engine]) -> Answer:
        """The common answer of all engines; any rule with two counts ends the run."""
        say(title)
        answers = [(engine.name, self.answer(engine)) for engine in group]
        first_name, first = answers[0]
        for name, answer in answers[1:]:
            if answer.counts == first.counts:
                continue
            rules = sorted(set(first.counts) | set(answer.counts))
            lines = [f"rule {rule}: {first.counts.get(rule, 0)} / {answer.counts.get(rule, 0)}"
                     for rule in rules if first.counts.get(rule, 0) != answer.counts.get(rule, 0)]
            raise Disagreement(
                f"{title}: {first_name} / {name} differ in {len(lines)} rules\n"
                + "\n".join(lines[:20]))
        return first

    def check(self) -> None:
        """Both runs of the main lists on a small corpus: every engine, then the naive oracle."""
        archive = self.space.main_corpus(CHECK_MEGABYTES)
        words, patterns = self.space.main_lists()
        notes = []
        for fold in ("exact", "folded"):
            rules = self.space.rules("main", words, patterns, fold)
            numbers = rule_numbers(rules, words, patterns)
            own = [engines.mingjian(self.space, archive, rules, kind, fold, numbers)
                   for kind in ("ndjson", "json")]
            others = [engines.oracle(fold, archive, words, patterns)]
            if fold == "exact":
                others += [engines.peer(name, archive, words, patterns) for name in self.peers]
            answer = self.agree(f"{fold}, {CHECK_MEGABYTES} MB", own + others)
            notes.append(
                f"{fold}: {', '.join(e.name for e in own + others)} agree on {answer.hits:,} hits "
                f"rule by rule (digest {answer.digest})")
        notes += self.check_shapes()
        self.results.add("check", f"Answers, {CHECK_MEGABYTES} MB", [], notes)

    def check_shapes(self) -> list[str]:
        """The hard shapes of our own corpus against the oracle, on a few megabytes each."""
        words, patterns = self.space.keywords("mixed", 1_000), self.space.regexes("mixed", 100)
        rules = self.space.rules("shapes", words, patterns, "folded")
        numbers = rule_numbers(rules, words, patterns)
        notes = []
        for shape in ("everyday", "folding", "escaped", "hits", "endless"):
            archive = self.space.corpus(3, shape)
            answer = self.agree(
                f"shape {shape}",
                [engines.mingjian(self.space, archive, rules, "json", shape, numbers),
                 engines.oracle("folded", archive, words, patterns)])
            notes.append(f"shape {shape}: mingjian and the oracle agree on {answer.hits:,} hits")
        return notes

    # Times

    def alternate(self, group: list[Engine], size: int) -> list[dict]:
        """Every engine once, then every engine again: the machine's moods hit all alike."""
        output = self.space.root / "timed.out"
        entries = [{"name": e.name, "command": e.command, "bytes": size, "samples": []}
                   for e in group]
        for turn in range(self.runs):
            for engine, entry in zip(group, entries):
                sample = engine.run(output)
                entry["samples"].append(sample)
                if engine.format is None:
                    entry["details"] = engine.answer(output).details
                    entry["hits"] = entry["details"]["hits"]
                say(f"  {turn + 1}/{self.runs} {engine.name}: {sample.wall:.3f} s, "
                    f"{sample.peak_mib:.0f} MiB")
        return entries

    def main(self, megabytes: int) -> None:
        """The 1,100 rules on the main corpus: all formats, both folds, the peers."""
        archive = self.space.main_corpus(megabytes)
        measure.warm(archive)
        words, patterns = self.space.main_lists()
        group: list[Engine] = []
        checked: list[Engine] = []
        for fold in ("exact", "folded"):
            rules = self.space.rules("main", words, patterns, fold)
            numbers = rule_numbers(rules, words, patterns)
            group += [engines.mingjian(self.space, archive, rules, kind, fold, numbers)
                      for kind in FORMATS]
        peers = [engines.peer(name, archive, words, patterns) for name in self.peers
                 if megabytes <= engines.LIMITS.get(name, megabytes)]
        # The answers of this very archive, rule by rule; it warms the caches of patterns, too.
        checked = [e for e in group if e.format != "table" and " exact " in e.name] + peers
        exact = self.agree(f"exact, {megabytes} MB", checked)
        folded = self.agree(
            f"folded, {megabytes} MB",
            [e for e in group if e.format != "table" and " folded " in e.name])
        entries = self.alternate(group + peers, archive.stat().st_size)
        base = median(entries[0]["samples"])
        for entry in entries:
            entry["ratio"] = median(entry["samples"]) / base
            entry.setdefault("hits", folded.hits if " folded " in entry["name"] else exact.hits)
        notes = ["ratio: median time over that of `mingjian exact table` in the same run"]
        for entry in entries:
            if details := entry.get("details"):
                inner = details["seconds"]
                notes.append(
                    f"{entry['name']}: {inner:.2f} s in its last run without starting Python "
                    f"({', '.join(f'{k} {v:.2f}' for k, v in details['stages'].items())}), "
                    f"{inner / base:.1f} × mingjian's whole process")
        count = sum(1 for file in (words, patterns)
                    for line in file.read_text("utf-8").split("\n") if line)
        self.results.add(
            f"main-{megabytes}", f"{count:,} list rules, {megabytes} MB", entries, notes)

    def shipped(self, megabytes: int) -> None:
        """All rules of `Rules/`."""
        archive = self.space.main_corpus(megabytes)
        measure.warm(archive)
        rules = HERE.parent / "Rules"
        group = [engines.mingjian(self.space, archive, rules, kind, "shipped") for kind in FORMATS]
        hits = self.agree(
            f"shipped rules, {megabytes} MB", [e for e in group if e.format != "table"]).hits
        entries = self.alternate(group, archive.stat().st_size)
        for entry in entries:
            entry["hits"] = hits
        self.results.add(f"shipped-{megabytes}", f"Shipped rules, {megabytes} MB", entries, [])

    def keywords(self, megabytes: int) -> None:
        """10 to 10,000 keywords that hit the same messages, their databases cached."""
        archive = self.space.corpus(megabytes)
        measure.warm(archive)
        group, hits = [], set()
        none = self.space.regexes("mixed", 0)
        for count in (10, 100, 1_000, 10_000):
            words = self.space.keywords("same-hits", count)
            rules = self.space.rules(f"same-{count}", words, none, "folded")
            numbers = rule_numbers(rules, words, none)
            engine = engines.mingjian(
                self.space, archive, rules, "json", f"{count:,} keywords", numbers)
            hits.add(self.answer(engine).hits)
            group.append(engine)
        if len(hits) != 1:
            raise Disagreement(f"lists meant to have the same hits have {sorted(hits)}")
        entries = self.alternate(group, archive.stat().st_size)
        base = median(entries[0]["samples"])
        for entry in entries:
            entry["hits"] = min(hits)
            entry["ratio"] = median(entry["samples"]) / base
        self.results.add(
            f"keywords-{megabytes}", f"10 to 10,000 keywords, {megabytes} MB", entries,
            ["ratio: over 10 keywords; every list has the same hits"])

    def unfavourable(self, megabytes: int) -> None:
        """What is hard on an engine, beside the ordinary mix."""
        mixed = (("mixed", 1_000), ("mixed", 100))
        group = [
            self.hard(megabytes, "ordinary", "everyday", *mixed),
            self.hard(megabytes, "every message hits", "hits", *mixed),
            self.hard(megabytes, "100 digit-led regexes", "everyday", ("mixed", 0),
                      ("digits", 100)),
            self.hard(megabytes, "all text folds", "folding", *mixed),
            self.hard(megabytes, "conversations of 100,000 messages", "endless", *mixed),
            self.hard(megabytes, "\\uXXXX escapes", "escaped", *mixed),
            self.hard(megabytes, "10,000 common words", "everyday", ("common", 10_000),
                      ("mixed", 0)),
        ]
        # One by one: archives of the same size, but texts and hits of their own.
        entries = self.alternate([engine for engine, _, _ in group], 0)
        base = median(entries[0]["samples"]) / group[0][1].stat().st_size
        for entry, (_, archive, hits) in zip(entries, group):
            entry["bytes"] = archive.stat().st_size
            entry["hits"] = hits
            entry["ratio"] = median(entry["samples"]) / entry["bytes"] / base
        self.results.add(
            f"unfavourable-{megabytes}", f"Unfavourable cases, {megabytes} MB each", entries,
            ["ratio: time a byte over that of the ordinary mix", "folded rules, JSON report"])

    def hard(
        self, megabytes: int, label: str, shape: str, words: tuple[str, int],
        patterns: tuple[str, int],
    ) -> tuple[Engine, Path, int]:
        archive = self.space.corpus(megabytes, shape)
        measure.warm(archive)
        word_list, pattern_list = self.space.keywords(*words), self.space.regexes(*patterns)
        name = f"{words[0]}-{words[1]}-{patterns[0]}-{patterns[1]}"
        rules = self.space.rules(name, word_list, pattern_list, "folded")
        engine = engines.mingjian(
            self.space, archive, rules, "json", label,
            rule_numbers(rules, word_list, pattern_list))
        return engine, archive, self.answer(engine).hits

    def start(self) -> None:
        """One conversation, whole process: start to first result, caches warm and cold."""
        archive = self.space.corpus(0, conversations=1)
        words, patterns = self.space.main_lists()
        listed = self.space.rules("main", words, patterns, "folded")
        entries = []
        for label, rules in (("shipped rules", HERE.parent / "Rules"), ("list rules", listed)):
            for state in ("warm", "cold"):
                cache = self.space.cache("start")
                engine = engines.mingjian(
                    self.space, archive, rules, "table", f"{label}, {state}", cache=cache)
                samples = []
                engine.run(self.space.root / "start.out")
                for _ in range(max(self.runs, 5)):
                    if state == "cold":
                        self.space.empty_cache("start")
                    samples.append(engine.run(self.space.root / "start.out"))
                entries.append({"name": engine.name, "command": engine.command, "bytes": 0,
                                "samples": samples})
        self.results.add("start", "Start to first result", entries, ["cold: empty cache folder"])

    def memory(self, sizes: list[int]) -> None:
        """Peak memory by size of the archive."""
        words, patterns = self.space.main_lists()
        rules = self.space.rules("main", words, patterns, "folded")
        entries = []
        for megabytes in sizes:
            archive = self.space.corpus(megabytes)
            for kind in FORMATS:
                engine = engines.mingjian(
                    self.space, archive, rules, kind, f"{megabytes:,} MB")
                sample = engine.run(self.space.root / "timed.out")
                say(f"  {engine.name}: {sample.wall:.2f} s, {sample.peak_mib:.0f} MiB")
                entries.append({"name": engine.name, "command": engine.command,
                                "bytes": archive.stat().st_size, "samples": [sample]})
        self.results.add("memory", "Peak memory by size", entries, ["one run each"])
