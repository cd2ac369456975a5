-- The library of strings, changed in place, as methods of strings reach it through their metatable; and of UTF-8.
--
-- Arguments: the budget, the exact patterns. Returns `describe`, a `tostring` that shows no address.
local budget, patterns = ...

local string, utf8 = string, utf8
local charge, counted = budget.charge, budget.counted
local type, tostring, tonumber, select, next, error, rawget = type, tostring, tonumber, select, next, error, rawget
local metatable_of, tointeger, pack, unpack = debug.getmetatable, math.tointeger, table.pack, table.unpack
local find, match, gmatch, gsub = string.find, string.match, string.gmatch, string.gsub
local format, rep, byte = string.format, string.rep, string.byte

local function describe(value)
  local kind = type(value)
  if kind == "table" then
    local meta = metatable_of(value)
    if not meta or rawget(meta, "__tostring") == nil then
      return "table"
    end
  elseif kind == "function" then
    return "function"
  end
  return tostring(value)
end

-- Steps that C takes for a pattern in the time of one instruction, by measure; and the longest pattern that it gets.
local STEPS, LONGEST_FOR_C = 12, 100

-- The price that is paid for C: what the exact functions would take if the pattern were harmless.
local function most_for_c(length)
  return 400 + 12 * length
end

-- An upper bound: every quantifier may end anywhere, and each try reads the whole pattern. Nil: none that is known.
local function price_of(text, pattern, is_anchorable)
  local size = #pattern
  if size > LONGEST_FOR_C or find(pattern, "%%[bf%d]") then
    return nil
  end
  local bare = gsub(gsub(pattern, "%%.", ""), "%[.-%]", "")
  local _, count = gsub(bare, "[-*+?]", "")
  if byte(pattern, 1) ~= 94 or not is_anchorable then
    count = count + 1
  end
  local length, steps = #text, size
  local most = STEPS * most_for_c(length)
  for number = 1, count do
    steps = steps * (length + number + 1) / number
    if steps > most then
      return nil
    end
  end
  return steps / STEPS
end

-- The text that C would take an argument for.
local function text_of(value, number, name)
  if type(value) == "string" then
    return value
  elseif type(value) ~= "number" then
    local got = value == nil and "no value" or type(value)
    error("bad argument #" .. number .. " to '" .. name .. "' (string expected, got " .. got .. ")", 3)
  end
  return tostring(value)
end

-- The function in C, or the exact one where the pattern could cost too much.
local function choose(in_c, exact, text, pattern)
  charge(#text / 64 + 2)
  local price = price_of(text, pattern, in_c ~= gmatch)
  if not price then
    return exact
  end
  charge(price)
  return in_c
end

function string.find(text, pattern, init, is_plain)
  text, pattern = text_of(text, 1, "find"), text_of(pattern, 2, "find")
  if is_plain then
    charge(#text / 64 + 1)
    if #pattern > 1 and #text * #pattern > 4096 then
      charge(#text * #pattern / 64)
    end
    return find(text, pattern, init, true)
  end
  return choose(find, patterns.find, text, pattern)(text, pattern, init)
end

function string.match(text, pattern, init)
  text, pattern = text_of(text, 1, "match"), text_of(pattern, 2, "match")
  return choose(match, patterns.match, text, pattern)(text, pattern, init)
end

function string.gmatch(text, pattern, init)
  text, pattern = text_of(text, 1, "gmatch"), text_of(pattern, 2, "gmatch")
  return choose(gmatch, patterns.gmatch, text, pattern)(text, pattern, init)
end

function string.gsub(text, pattern, replacement, most)
  text, pattern = text_of(text, 1, "gsub"), text_of(pattern, 2, "gsub")
  local kind = type(replacement)
  if kind == "string" then
    charge(#text * #replacement / 64)
  elseif kind ~= "number" and kind ~= "table" and kind ~= "function" and kind ~= "string" then
    error("bad argument #3 to 'gsub' (string/function/table expected)", 2)
  end
  if most ~= nil then
    most = tointeger(tonumber(most))
    if not most then
      error("bad argument #4 to 'gsub' (number expected)", 2)
    end
  end
  return choose(gsub, patterns.gsub, text, pattern)(text, pattern, counted(replacement), most)
end

function string.rep(text, count, separator)
  text, separator = text_of(text, 1, "rep"), text_of(separator or "", 3, "rep")
  local times = tonumber(count)
  if times and times > 0 then
    charge(times / 8 + times * (#text + #separator) / 64)
  end
  return rep(text, count, separator)
end

function string.format(pattern, ...)
  pattern = text_of(pattern, 1, "format")
  if #pattern > 2000 then
    error("a format has at most 2000 characters", 2)
  end
  local bare, escaped = gsub(pattern, "%%%%", "")
  local _, count = gsub(bare, "%%", "")
  charge(#pattern / 16 + 30 * count)
  if find(bare, "%%[-+ #0%d.]*p") then
    error("invalid conversion '%p' to 'format'", 2)
  end
  local arguments
  for number = 1, select("#", ...) do
    local value = select(number, ...)
    local kind = type(value)
    if kind == "string" then
      charge(#value / 16)
    elseif kind == "table" or kind == "function" then
      arguments = arguments or pack(...)
      arguments[number] = describe(value)
    end
  end
  if arguments then
    return format(pattern, unpack(arguments, 1, arguments.n))
  end
  return format(pattern, ...)
end

local function span(size, from, to)
  from, to = tointeger(from or 1) or 1, tointeger(to or from or 1) or size
  if from < 0 or to < 0 or to > size then
    return size
  end
  return to > from and to - from or 0
end

-- A function of one text, charged for its length.
local function charged(name, library, per)
  local call = library[name]
  library[name] = function(text, ...)
    text = text_of(text, 1, name)
    charge(#text / per)
    return call(text, ...)
  end
end

charged("lower", string, 16)
charged("upper", string, 16)
charged("reverse", string, 16)
charged("sub", string, 256)
function string.byte(text, from, to)
  text = text_of(text, 1, "byte")
  charge(span(#text, from, to) / 4)
  return byte(text, from, to)
end
string.dump, string.pack, string.unpack, string.packsize = nil, nil, nil, nil
metatable_of("").__metatable = false

for _, name in next, { "codepoint", "codes", "len", "offset" } do
  charged(name, utf8, 8)
end

return describe
