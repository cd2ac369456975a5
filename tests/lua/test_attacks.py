"""What a script may try against the server: it ends within its limits, and leaves nothing behind."""

# ruff: noqa: E501  (a script is one line, so that its failures have one)
from __future__ import annotations

import pytest

from app.lua.pool import pool
from app.lua.types import Failure, Limits, Plain
from tests.lua.support import check_intact, run

I, M, R, S = Failure.INSTRUCTIONS, Failure.MEMORY, Failure.RUNTIME, Failure.SYNTAX  # noqa: E741

# Half a megabyte that is the number 0, and a list of it four thousand times; both for few instructions.
ZEROS = (
    "local s = '0' for i = 1, 19 do s = s .. s end "
    "local function many(s) local t = {s} for i = 0, 11 do table.move(t, 1, 2 ^ i, 2 ^ i + 1) end return t end "
)
# What never ends, or grows.
ENDLESS: dict[str, tuple[str, Failure]] = {
    "while": ("while true do end", I),
    "goto": ("::again:: goto again", I),
    "repeat": ("repeat until false", I),
    "integer_for": ("for i = 1, math.maxinteger do end", I),
    "float_for": ("for i = 1, math.huge do end", I),
    "tail_calls": ("local function f() return f() end return f()", I),
    "loop_in_pcall_in_loop": ("while true do pcall(function() while true do end end) end", I),
    "pcall_swallows_the_end": ("pcall(function() while true do end end) leak = 1 while true do end", I),
    "loop_in_handler": ("xpcall(error, function() while true do end end)", I),
    "handler_of_a_loop": ("xpcall(function() while true do end end, function() while true do end end)", I),
    "nested_handlers": ("local function h() return xpcall(error, h) end xpcall(error, h)", I),
    "endless_pairs": ("for _ in pairs(setmetatable({}, {__pairs = function() return function() return 1 end end})) do end", I),
    "endless_ipairs": ("for _ in ipairs(setmetatable({}, {__index = function() return 1 end})) do end", I),
    "ipairs_over_c": ("for _ in ipairs(setmetatable({}, {__index = tostring})) do end", I),
    "loop_in_index": ("return setmetatable({}, {__index = function() while true do end end}).x", I),
    "loop_in_comparison": (
        "local m = {__lt = function() while true do end end} table.sort({setmetatable({}, m), setmetatable({}, m)})", I,
    ),
    "loop_in_tostring": ("return tostring(setmetatable({}, {__tostring = function() while true do end end}))", I),
    "recursion_through_pcall": ("local function f() pcall(f) f() end f()", R),
    "recursion_through_pcall_twice": ("local function f() pcall(f) pcall(f) return f() end f()", R),
    "recursion_through_gsub": ("local function f() ('x'):gsub('x', f) end f()", R),
    "recursion_through_sort": ("local function f() table.sort({1, 2, 3}, f) end f()", R),
    "recursion_through_tostring": (
        "local t t = setmetatable({}, {__tostring = function() return tostring(t) end}) return tostring(t)", R,
    ),
    "recursion_through_index": ("local t t = setmetatable({}, {__index = function(_, k) return t[k] end}) return t.x", R),
    "recursion_through_concat": ("local t = setmetatable({}, {__concat = function(a, b) return a .. b end}) return t .. t", R),
    "recursion_through_eq": (
        "local m = {__eq = function(a, b) return a == b end} return setmetatable({}, m) == setmetatable({}, m)", R,
    ),
    "index_chain_in_a_circle": (
        "local t = {} setmetatable(t, {__index = t}) while true do pcall(function() return t.x end) end", I,
    ),
    "growing_arguments": ("local function f(...) return f(1, ...) end f()", I),
    "growing_call": ("local t = setmetatable({}, {__call = function(t, ...) return t(t, ...) end}) t()", I),
    "doubling_text": ("local s = 'x' while true do s = s .. s end", M),
    "doubling_text_in_pcall": ("while true do pcall(function() local s = 'x' while true do s = s .. s end end) end", M),
    "copies_of_a_long_text": ("local s = ('x'):rep(700000) while true do local t = s .. 'y' end", I),
    "big_table": ("local t = {} for i = 1, 1e9 do t[i] = {{}, {}, {}, {}, {}, {}, {}, {}, {}, {}} end", M),
    "big_table_of_texts": ("local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(20000) .. i end", I),
    "memory_error_is_not_caught": ("while true do pcall(error, 'not enough memory') end", M),
    "collector_under_pressure": ("local t = {} for i = 1, 6000 do t[i] = {i} end while true do local x = {} end", I),
}  # fmt: skip
# What C does in one step.
INSIDE_C: dict[str, tuple[str, Failure]] = {
    "rep": ("return ('x'):rep(1e9)", I),
    "rep_of_nothing": ("return (''):rep(1e15)", I),
    "rep_of_separators": ("return (''):rep(1e9, 'xxxx')", I),
    "rep_of_rep": ("return ('x'):rep(1e5):rep(1e5)", I),
    "rep_infinitely": ("return ('x'):rep(math.huge)", I),
    "catastrophic_find": ("return (('a'):rep(5000)):find(('a*'):rep(20) .. 'b')", I),
    "catastrophic_match": ("return (('a'):rep(3000)):match('(.-)(.-)(.-)b')", I),
    "catastrophic_gmatch": ("for _ in (('a'):rep(3000)):gmatch('.-.-.-b') do end", I),
    "catastrophic_gsub": ("return (('a'):rep(3000)):gsub('.-.-.-b', '')", I),
    "catastrophic_balance": ("return (('('):rep(50000)):find('%b()')", I),
    "catastrophic_back_reference": ("return (('a'):rep(3000)):match('(.-)%1%1b')", I),
    "catastrophic_frontier": ("return (('a'):rep(60000)):match('%f[b]b')", I),
    "long_set": ("return (('a'):rep(30000)):match('[' .. ('b'):rep(5000) .. ']')", I),
    "brackets_that_hide_quantifiers": ("return (('a'):rep(3000)):find('%b[xa*a*a*a*a*]')", I),
    "plain_find": ("local s, p = ('a'):rep(400000), ('a'):rep(200000) .. 'b' while true do s:find(p, 1, true) end", I),
    "gsub_grows": ("return (('a'):rep(100000)):gsub('a', ('b'):rep(1000))", I),
    "gsub_grows_by_numbers": ("return (('a'):rep(160000)):gsub('', 1234567890123)", M),
    "gsub_grows_by_function": ("return (('a'):rep(2000)):gsub('.', function() return ('x'):rep(20000) end)", I),
    "gsub_grows_by_table": (
        "local s = ('x'):rep(20000) return (('a'):rep(2000)):gsub('.', setmetatable({}, {__index = function() return s end}))", M,
    ),
    "concat_of_long_texts": ("local s, t = ('x'):rep(10000), {} for i = 1, 1000 do t[i] = s end return table.concat(t)", M),
    "concat_range": ("return table.concat({}, '', 1, 1e15)", I),
    "concat_range_that_overflows": ("return table.concat({}, '', math.mininteger, math.maxinteger)", I),
    "unpack": ("return table.unpack({}, 1, 1e7)", I),
    "unpack_that_overflows": ("return table.unpack({}, math.mininteger, math.maxinteger)", I),
    "select_again_and_again": ("while true do select('#', table.unpack({}, 1, 200)) end", I),
    "move": ("return table.move({}, 1, 1e15, 2)", I),
    "move_that_gives_back_instructions": ("pcall(table.move, {}, math.mininteger, 0, 1) while true do end", I),
    "insert_at_the_front": ("local t = {} while true do table.insert(t, 1, 1) end", I),
    "sort_of_many": ("local t = {} for i = 1, 5000 do t[i] = -i end while true do table.sort(t) end", I),
    "sort_of_long_texts": ("local s, t = ('a'):rep(300000), {} for i = 1, 1000 do t[i] = s end table.sort(t)", I),
    "sort_by_dice": (
        "local t = {} for i = 1, 100 do t[i] = i end while true do pcall(table.sort, t, function() return math.random() > 0.5 end) end", I,
    ),
    "sort_by_a_liar": ("local t = {} for i = 1, 300 do t[i] = i end table.sort(t, function() return true end)", R),
    "sort_that_empties": (
        "local t = {} for i = 1, 99 do t[i] = i end table.sort(t, function(a, b) for i = 1, 99 do t[i] = nil end return a < b end)", R,
    ),
    "length_that_lies_to_sort": ("table.sort(setmetatable({}, {__len = function() return 2^30 end}))", R),
    "length_that_lies_to_insert": ("table.insert(setmetatable({}, {__len = function() return 2^53 end}), 1, 1)", R),
    "length_that_lies_to_remove": ("table.remove(setmetatable({}, {__len = function() return 2^53 end}), 1)", R),
    "length_that_lies_to_unpack": ("table.unpack(setmetatable({}, {__len = function() return 2^53 end}))", R),
    "index_that_never_ends_in_concat": ("table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1e9)", R),
    "format_width": ("return string.format('%999999d', 1)", R),
    "format_of_many_floats": ("local t = {} for i = 1, 400 do t[i] = 1e308 end while true do (('%.99f'):rep(400)):format(table.unpack(t)) end", I),
    "format_that_is_long": ("return (('%d'):rep(5000)):format(1)", R),
    "format_of_long_texts": ("local s = ('x'):rep(500000) while true do pcall(string.format, '%s%s%s', s, s, s) end", I),
    "call_chain_in_a_circle": ("local t = {} setmetatable(t, {__call = t}) t()", R),
    "lower": ("local s = ('x'):rep(400000) while true do s:lower() end", I),
    "sub": ("local s = ('x'):rep(400000) while true do s:sub(2) end", I),
    "byte": ("return ('x'):rep(900000):byte(1, -1)", I),
    "char": ("return string.char(table.unpack({}, 1, 199999))", I),
    "comparing_long_texts": ("local s, t = ('x'):rep(400000), ('x'):rep(400000) while true do local y = s < t end", I),
    "numbers_in_long_texts": ("local s = (' '):rep(400000) .. '1' while true do local x = s + 1 end", I),
    "numbers_in_texts_for_char": (ZEROS + "return string.char(table.unpack(many(s .. '65')))", I),
    "numbers_in_texts_for_utf8": (ZEROS + "return utf8.char(table.unpack(many(s .. '65')))", I),
    "numbers_in_texts_for_max": (ZEROS + "return math.max(table.unpack(many(s)))", I),
    "numbers_in_texts_for_two": (ZEROS + "return math.min(s, s)", I),
    "numbers_in_texts_for_format": (ZEROS + "return string.format('%d%d', s, s)", I),
    "numbers_in_texts_for_arithmetic": (ZEROS + "return s - s", I),
    "sort_by_c": (
        "local t = {1} for i = 0, 10 do table.move(t, 1, 2 ^ i, 2 ^ i + 1) end table.sort(t, math.ult)", I,
    ),
    "gsub_by_c": ("local s = '1' for i = 1, 17 do s = s .. s end return s:gsub('.', math.abs)", I),
    "tonumber_of_long_texts": ("local s = ('1'):rep(400000) while true do tonumber(s, 2) end", I),
    "utf8_len": ("local s = ('x'):rep(400000) while true do utf8.len(s) end", I),
    "utf8_offset": ("local s = ('x'):rep(400000) while true do utf8.offset(s, -399999) end", I),
    "date_of_many": ("return os.date(('%c'):rep(100000))", R),
    "date_by_the_system": ("return os.date('%Ez')", R),
    "date_unfinished": ("return os.date('%')", R),
    "date_out_of_range": ("return os.date('%c', math.maxinteger)", R),
    "time_out_of_range": ("return os.time({year = math.maxinteger, month = math.mininteger, day = 1})", R),
    "next_over_an_emptied_table": (
        "local t = {} for i = 1, 6000 do t[i .. ''] = 1 end for k in pairs(t) do t[k] = nil end while true do next(t) end", I,
    ),
    "many_arguments": ("local function f(...) while true do local t = {...} end end f(table.unpack({}, 1, 5000))", I),
}  # fmt: skip
# What reaches out of the sandbox, or into another script's call.
REACHING: dict[str, tuple[str, Failure]] = {
    "bytecode": ("\x1bLua\x54\x00", S),
    "load": ("return load('return 1')()", R),
    "loadstring": ("return loadstring('return 1')()", R),
    "loadfile": ("return loadfile('/etc/passwd')", R),
    "dofile": ("return dofile('/etc/passwd')", R),
    "require": ("return require('os')", R),
    "package": ("return package.loadlib('libc.so', '*')", R),
    "io": ("return io.open('/etc/passwd')", R),
    "execute": ("return os.execute('id')", R),
    "getenv": ("return os.getenv('AUTHER_SECRET')", R),
    "exit": ("os.exit()", R),
    "remove": ("os.remove('/tmp/x')", R),
    "setlocale": ("os.setlocale('C')", R),
    "debug": ("debug.sethook()", R),
    "collectgarbage": ("collectgarbage('stop')", R),
    "dump": ("return string.dump(function() end)", R),
    "dump_by_method": ("return ('').dump(function() end)", R),
    "coroutine": ("return coroutine.wrap(function() while true do end end)()", R),
    "coroutines_of_strings": ("return ('').pack('z', 'x')", R),
    "python": ("return python.eval('1')", R),
    "python_builtins": ("return python.builtins.open('/etc/passwd')", R),
    "attribute_of_the_context": ("return context.__class__.__mro__", R),
    "attribute_of_a_list": ("return context.list.append(1)", R),
    "metatable_of_texts": ("getmetatable('').__index = function() return true end", R),
    "metatable_of_a_library": ("setmetatable(string, {})", R),
    "metatable_of_the_globals": ("setmetatable(_G, {__index = function() return 1 end})", R),
    "change_a_library": ("string.upper = function() return 'leak' end", R),
    "add_to_a_library": ("string.leak = 1", R),
    "rawset_a_library": ("rawset(string, 'leak', 1)", R),
    "insert_into_a_library": ("table.insert(table, 1)", R),
    "move_into_a_library": ("table.move({1}, 1, 1, 1, string)", R),
    "gc": ("setmetatable({}, {__gc = function() while true do end end})", R),
    "close": ("local x <close> = setmetatable({}, {__close = function() while true do end end})", R),
    "weak_tables": ("setmetatable({}, {__mode = 'k'})", R),
    "gc_afterwards": ("local m = {} setmetatable({}, m) m.__gc = function() leak = 1 end error('end')", R),
    "close_afterwards": ("local m = {} local t = setmetatable({}, m) m.__close = print local x <close> = t", R),
    "pointer": ("return string.format('%p', {})", R),
    "pointer_with_a_width": ("return string.format('%%%-20p', {})", R),
    "tostring_that_lies": ("return tostring(setmetatable({}, {__tostring = function() return {} end}))", R),
    "error_that_is_a_table": ("error(setmetatable({}, {__tostring = function() while true do end end}))", R),
    "error_that_is_nothing": ("error()", R),
    "error_that_is_long": ("error(('x'):rep(9000))", R),
    "error_that_is_not_text": ("error('\\255\\254')", R),
    "result_in_a_circle": ("local t = {} t.t = t return t", R),
    "result_that_is_large": ("local t = {} for i = 1, 11000 do t[i] = i end return t", R),
    "result_that_is_long": ("return ('x'):rep(100000)", R),
    "result_that_is_not_text": ("return '\\255'", R),
    "result_with_keys_that_are_not_text": ("return {['\\255'] = 1}", R),
    "parentheses": ("return " + "(" * 4000 + "1" + ")" * 4000, S),
    "functions": ("return " + "function() return " * 300 + "1" + " end" * 300, S),
    "many_locals": ("local " + ", ".join(f"a{number}" for number in range(300)), S),
}  # fmt: skip
# What is harmless, though it looks otherwise.
HARMLESS: dict[str, tuple[str, Plain]] = {
    "addresses": ("return {tostring({}), tostring(pairs), string.format('%s', {}), tostring('x')}", ["table", "function", "table", "x"]),
    "name_of_a_table": ("return tostring(setmetatable({}, {__name = 'x'}))", "table"),
    "environment": ("_ENV = {} x = 1 return x", 1),
    "own_globals": ("leak = 1 return _G.leak", 1),
    "context_is_its_own": ("context.leak = 1 return context.leak", 1),
    "methods_of_a_result": (
        "return setmetatable({1}, {__pairs = function() while true do end end, __index = function() while true do end end})", [1],
    ),
    "functions_in_a_result": ("return {1, pairs, {a = pairs, b = 2}}", {"1": 1, "3": {"b": 2}}),
    "function": ("return function() while true do end end", None),
    "not_a_number": ("return 0/0", None),
    "infinite": ("return {math.huge, 1}", [None, 1]),
    "least_integer": ("return math.mininteger // -1", -(2**63)),
    "length_without_end": ("local t = {} t[2^53] = 1 return #t", 0),
    "python_is_not_there": ("return python", None),
    "strings_have_no_other_methods": ("return ('x').__class__", None),
    "seed": ("math.randomseed(42) return math.random(1, 1)", 1),
    "many_parentheses": ("return " + "(" * 150 + "1" + ")" * 150, 1),
    "numbers_in_texts": (
        "return {'10' + 1, -'2', '0x10' // '3', string.char('65', 66, '0067'), utf8.char(228, '0228'), math.max('7', '9'), math.min(3, 2, 1)}",
        [11, -2, 5, "ABC", "ää", "9", 1],
    ),
    "arithmetic_on_words": (
        "return {select(2, pcall(function() return 'x' + 1 end)), select(2, pcall(function() return {} / '2' end)),"
        " 'x' + setmetatable({}, {__add = function(a) return a .. 'y' end})}",
        ["policy:1: attempt to add a 'string' with a 'number'", "policy:1: attempt to div a 'table' with a 'string'", "xy"],
    ),
    "char_of_nothing": ("return string.char() .. utf8.char()", ""),
    "sort_by_a_function_of_c": ("local t = {3, 1, 2} table.sort(t, math.ult) return t", [1, 2, 3]),
    "gsub_by_a_function_of_c": ("return (('abc'):gsub('.', {a = 1}))", "1bc"),
    "many_results": ("return select('#', table.unpack({}, 1, 6000))", 6_000),
    "rep_backwards": ("return ('x'):rep(-1)", ""),
}  # fmt: skip
# The clock of a busy machine decides nothing here.
PATIENT = Limits(seconds=60.0)
ATTACKS = {**ENDLESS, **INSIDE_C, **REACHING}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_fails_within_its_limits_and_leaves_nothing_behind(name: str) -> None:
    source, expected = ATTACKS[name]

    outcome = await run(source, {"list": [1], "ok": True}, PATIENT)

    assert (outcome.value, outcome.failure) == (None, expected)
    assert 0 < len(outcome.message) <= 500
    await check_intact()


@pytest.mark.parametrize("name", HARMLESS)
async def test_what_looks_like_an_attack_and_is_none_has_its_value(name: str) -> None:
    source, expected = HARMLESS[name]

    outcome = await run(source)

    assert (outcome.value, outcome.failure) == (expected, None)
    await check_intact()


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_with_a_pipelines_memory_ends_in_time_too(name: str) -> None:
    source, _ = ATTACKS[name]

    outcome = await run(source, {"list": [1]}, Limits(memory_bytes=32 * 2**20, seconds=60.0))

    assert outcome.failure in {I, M, R, S}
    await check_intact()


async def test_a_recursion_ends_by_its_instructions_or_its_memory() -> None:
    source = "local function f(n) return 1 + f(n + 1) end return f(1)"

    assert (await run(source, {}, Limits(seconds=60.0, memory_bytes=2**26))).failure is I
    assert (await run(source, {}, Limits(seconds=60.0, memory_bytes=2**19))).failure is M
    await check_intact()


async def test_the_wall_clock_ends_what_the_instructions_do_not() -> None:
    outcome = await run("while true do end", {}, Limits(instructions=10**12, seconds=0.05))

    assert (outcome.failure, outcome.line) == (Failure.TIME, 1)
    assert outcome.message == "The script took longer than 0.05 s."
    await check_intact()


async def test_the_wall_clock_is_not_swallowed_by_pcall() -> None:
    source = "while true do\n pcall(function() while true do end end)\nend"

    outcome = await run(source, {}, Limits(instructions=10**12, seconds=0.05))

    assert (outcome.failure, outcome.line) == (Failure.TIME, 2)
    await check_intact()


async def test_a_state_that_was_cut_off_is_thrown_away() -> None:
    await run("return 1")
    with pool.lend() as state:
        pass

    await run("local t = {} while true do t[#t + 1] = ('x'):rep(5000) .. #t end")

    assert not state.is_sound
    with pool.lend() as other:
        assert other is not state
        assert other.is_sound
