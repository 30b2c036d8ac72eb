"""The naive oracle: folds by ICU, one text after the other, and looks with `in` and `re`.

It shares no code with Mingjian: folding asks the system's ICU by ctypes. With `--fold folded` a text
becomes T2S(NFKC_Casefold(text)) with every run of white space as one space; T2S maps single
characters. Patterns are folded by the same functions, literals of a regular expression one by one.
"""

import ctypes
import ctypes.util
import json
import os
import platform
import re
import sys
from collections import Counter
from collections.abc import Callable

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))
from common import Stopwatch, answer, arguments, lines  # noqa: E402

WHITE = re.compile(r"\s+")


class ICU:
    """As little of ICU as folding needs."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("icuuc")
        other = ctypes.util.find_library("icui18n")
        if not name or not other:
            sys.exit("the oracle needs ICU (libicu-dev)")
        common, i18n = ctypes.CDLL(name), ctypes.CDLL(other)
        # Debian's symbols carry the version (u_strlen_72), Homebrew's, too.
        digits = re.search(r"(\d+)", name)
        suffix = f"_{digits[1]}" if digits else ""
        self.normalize = getattr(common, "unorm2_normalize" + suffix)
        instance = getattr(common, "unorm2_getNFKCCasefoldInstance" + suffix)
        instance.restype = ctypes.c_void_p
        error = ctypes.c_int(0)
        self.casefold = ctypes.c_void_p(instance(ctypes.byref(error)))
        assert error.value <= 0, "no NFKC_Casefold"
        opened = getattr(i18n, "utrans_openU" + suffix)
        opened.restype = ctypes.c_void_p
        identifier = "Traditional-Simplified".encode("utf-16-le")
        self.transliterator = ctypes.c_void_p(
            opened(identifier, len(identifier) // 2, 0, None, 0, None, ctypes.byref(error)))
        assert error.value <= 0, "no Traditional-Simplified"
        self.transliterate = getattr(i18n, "utrans_transUChars" + suffix)
        self.simplified: dict[str, str] = {}

    def nfkc_casefold(self, text: str) -> str:
        source = text.encode("utf-16-le", "surrogatepass")
        capacity = len(source) * 9 + 16
        target = ctypes.create_string_buffer(capacity * 2)
        error = ctypes.c_int(0)
        length = self.normalize(
            self.casefold, source, len(source) // 2, target, capacity, ctypes.byref(error))
        assert error.value <= 0, f"ICU error {error.value}"
        return target.raw[: length * 2].decode("utf-16-le", "surrogatepass")

    def simplify(self, character: str) -> str:
        """A single character in its simplified form; a result of another length is left alone."""
        known = self.simplified.get(character)
        if known is not None:
            return known
        source = character.encode("utf-16-le", "surrogatepass")
        buffer = ctypes.create_string_buffer(source, 64)
        length, limit = ctypes.c_int32(len(source) // 2), ctypes.c_int32(len(source) // 2)
        error = ctypes.c_int(0)
        self.transliterate(
            self.transliterator, buffer, ctypes.byref(length), 32, 0, ctypes.byref(limit),
            ctypes.byref(error))
        assert error.value <= 0, f"ICU error {error.value}"
        result = buffer.raw[: length.value * 2].decode("utf-16-le", "surrogatepass")
        if len(result) != 1:
            result = character
        self.simplified[character] = result
        return result

    def fold(self, text: str) -> str:
        plain = "".join(self.simplify(c) for c in self.nfkc_casefold(text))
        return WHITE.sub(" ", plain)


def folded_expression(pattern: str, fold: Callable[[str], str]) -> str:
    """Folds the literals; a literal that becomes a metacharacter (full-width brackets) is quoted."""
    result = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            result.append(pattern[index : index + 2])
            index += 2
            continue
        index += 1
        if character.isascii():
            result.append(character.lower())
        else:
            result.append(re.escape(fold(character)))
    return "".join(result)


def main() -> None:
    options = arguments(__doc__ or "")
    watch = Stopwatch()
    fold = ICU().fold if options.fold == "folded" else str
    keywords = [(rule, fold(word)) for rule, word in enumerate(lines(options.keywords))]
    regexes = []
    for index, pattern in enumerate(lines(options.regexes)):
        source = folded_expression(pattern, fold) if options.fold == "folded" else pattern
        regexes.append((len(keywords) + index, re.compile(source).search))
    watch.lap("compile")
    hits: Counter = Counter()
    with open(options.archive, encoding="utf-8") as archive:
        for line in archive:
            conversation = json.loads(line)
            for message in conversation["messages"]:
                if message["from"] != "agent" or message.get("auto"):
                    continue
                agent = message.get("agent", conversation.get("agent", ""))
                text = fold(message["text"])
                for rule, word in keywords:
                    if word in text:
                        hits[agent, rule] += 1
                for rule, search in regexes:
                    if search(text):
                        hits[agent, rule] += 1
    watch.lap("scan")
    answer(f"oracle-{options.fold}", platform.python_version(), hits, watch)


if __name__ == "__main__":
    main()
