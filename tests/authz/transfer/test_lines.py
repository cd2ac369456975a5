"""Files are cut at line ends, however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.authz.language.tuple_lines import MAX_LINE_BYTES, cut_lines

BOM = b"\xef\xbb\xbf"


async def cut(chunks: list[bytes], size: int = 100) -> list[list[bytes | None]]:
    return [batch async for batch in cut_lines(chunks, size)]


@given(st.lists(st.binary(max_size=5).map(lambda text: text.replace(b"\n", b"")), max_size=20), st.data())
async def test_the_cuts_of_chunks_do_not_matter(lines: list[bytes], data: st.DataObject) -> None:
    content = b"\n".join(lines)
    places = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    chunks = [content[start:end] for start, end in zip([0, *places], [*places, len(content)], strict=True)]

    batches = await cut(chunks, 3)

    assert [line for batch in batches for line in batch] == content.removeprefix(BOM).split(b"\n")
    assert all(len(batch) == 3 for batch in batches[:-1])


async def test_a_line_that_is_too_long_is_none_and_the_next_one_is_whole() -> None:
    longest = b"a" * MAX_LINE_BYTES

    assert await cut([longest + b"\n" + longest + b"b\nc"]) == [[longest, None, b"c"]]
    assert await cut([longest, longest, longest, b"\nc\n", longest, b"b"]) == [[None, b"c", None]]


async def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert await cut([BOM + b"a\nb"]) == [[b"a", b"b"]]
