"""How texts differ: right for every pair, and never for long."""

from __future__ import annotations

import difflib
import re

from hypothesis import given
from hypothesis import strategies as st

from app.kit.differences import MAX_COMPARED, diff_texts

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
SOURCES = st.lists(st.sampled_from(["a", "b", "c", "", "-d", "+e", "@@ f", "--- g"]), max_size=40)


def alternating(between: str, count: int = 1_500) -> str:
    """Lines of which every other one is the same everywhere: the worst that can be given to `difflib`."""
    return "\n".join(line for number in range(count) for line in (f"{number}", between))


def patch(before: str, difference: str) -> list[str]:
    """What a unified difference makes of a source, as `patch` reads it."""
    left, made, at = before.splitlines(), list[str](), 0
    for line in difference.splitlines()[2:]:
        found = HUNK.fullmatch(line)
        if found:
            start = int(found[1]) - (0 if found[2] == "0" else 1)
            made, at = [*made, *left[at:start]], start
            assert int(found[3]) - (0 if found[4] == "0" else 1) == len(made)
            continue
        if line[0] in " -":
            assert left[at] == line[1:]
            at += 1
        if line[0] in " +":
            made.append(line[1:])
    return [*made, *left[at:]]


@given(SOURCES, SOURCES)
def test_the_difference_makes_the_one_source_into_the_other(one: list[str], other: list[str]) -> None:
    before, after = "\n".join(one), "\n".join(other)

    assert patch(before, diff_texts(before, after)) == after.splitlines()


def test_it_is_what_everybody_knows() -> None:
    before = "\n".join(str(number) for number in range(200))
    after = before.replace("\n50\n", "\nfifty\n").replace("\n120\n", "\n120\nand more\n")
    known = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")

    assert diff_texts(before, after) == "\n".join(known)


def test_equal_sources_do_not_differ() -> None:
    assert diff_texts("return true\n", "return true\n") == ""


def test_a_change_in_a_long_source_is_shown_with_what_is_around_it() -> None:
    before = alternating("x")
    after = before.replace("\n700\n", "\nseven hundred\n")

    assert diff_texts(before, after).splitlines() == [
        "--- before", "+++ after", "@@ -1398,7 +1398,7 @@", " x", " 699", " x", "-700", "+seven hundred", " x", " 701",
        " x",
    ]  # fmt: skip


def test_where_too_much_differs_all_of_it_is_replaced() -> None:
    before, after = "same\n" + alternating("'"), "same\n" + alternating('"')

    lines = diff_texts(before, after).splitlines()

    # All but the first two lines, which are the same.
    assert [line for line in lines if line.startswith("@@")] == ["@@ -1,3001 +1,3001 @@"]
    assert [line[0] for line in lines[3:]] == [*"  ", *["-"] * 2_999, *["+"] * 2_999]
    assert patch(before, "\n".join(lines)) == after.splitlines()


def test_the_same_when_a_long_text_is_taken_out_or_put_in() -> None:
    long = "\n".join(f"line {number}" for number in range(MAX_COMPARED + 1))

    for before, after in (("a\nz", f"a\n{long}\nz"), (f"a\n{long}\nz", "a\nz"), ("", long), (long, "")):
        difference = diff_texts(before, after)
        assert patch(before, difference) == after.splitlines()
        assert difference.count("\n@@") == 1
