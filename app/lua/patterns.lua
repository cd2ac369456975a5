-- Lua's patterns (§6.4.1 of its manual) in Lua itself, so that every step is an instruction and is counted.
-- Slower than those in C; the sandbox asks them whenever a pattern could be catastrophic.
local byte, sub, error, type, tostring = string.byte, string.sub, error, type, tostring
local find, next = string.find, next
local concat, unpack, tointeger = table.concat, table.unpack, math.tointeger

local MAX_CAPTURES = 32
local POSITION, OPEN = -2, -1
local CLASSES, ANY = {}, {}
do
  local codes = {}
  for code = 0, 255 do
    codes[code + 1], ANY[code] = code, true
  end
  local all = string.char(unpack(codes))
  for letter in ("acdglpsuwx"):gmatch(".") do
    local set, others = {}, {}
    for character in all:gmatch("%" .. letter) do
      set[byte(character)] = true
    end
    for character in all:gmatch("%" .. letter:upper()) do
      others[byte(character)] = true
    end
    CLASSES[byte(letter)], CLASSES[byte(letter:upper())] = set, others
  end
end

local function escaped(code)
  return CLASSES[code] or { [code] = true }
end

-- The set that begins at `at` (its bracket), and where the pattern goes on behind it.
local function read_set(pattern, at)
  local set, is_negated = {}, false
  at = at + 1
  if byte(pattern, at) == 94 then
    is_negated, at = true, at + 1
  end
  local is_first = true
  while true do
    local code = byte(pattern, at)
    if not code then
      error("malformed pattern (missing ']')", 0)
    elseif code == 93 and not is_first then
      break
    elseif code == 37 then
      code = byte(pattern, at + 1)
      if not code then
        error("malformed pattern (missing ']')", 0)
      end
      for each, is_in in next, escaped(code) do
        set[each] = set[each] or is_in
      end
      at = at + 2
    else
      local last = byte(pattern, at + 2)
      if byte(pattern, at + 1) == 45 and last and last ~= 93 then
        for each = code, last do
          set[each] = true
        end
        at = at + 3
      else
        set[code] = true
        at = at + 1
      end
    end
    is_first = false
  end
  if is_negated then
    local turned = {}
    for code = 0, 255 do
      turned[code] = not set[code]
    end
    set = turned
  end
  return set, at + 1
end

-- One item of a pattern, and where the pattern goes on behind it.
local function read_item(pattern, at)
  local code = byte(pattern, at)
  if code == 40 then
    if byte(pattern, at + 1) == 41 then
      return { kind = "place" }, at + 2
    end
    return { kind = "open" }, at + 1
  elseif code == 41 then
    return { kind = "close" }, at + 1
  elseif code == 36 and at == #pattern then
    return { kind = "end" }, at + 1
  end
  local set, literal
  if code == 37 then
    code = byte(pattern, at + 1)
    if not code then
      error("malformed pattern (ends with '%')", 0)
    elseif code == 98 then
      local first, last = byte(pattern, at + 2, at + 3)
      if not last then
        error("malformed pattern (missing arguments to '%b')", 0)
      end
      return { kind = "balance", first = first, last = last }, at + 4
    elseif code == 102 then
      if byte(pattern, at + 2) ~= 91 then
        error("missing '[' after '%f' in pattern", 0)
      end
      local found, behind = read_set(pattern, at + 2)
      return { kind = "frontier", set = found }, behind
    elseif code >= 48 and code <= 57 then
      return { kind = "back", number = code - 48 }, at + 2
    end
    set, at = escaped(code), at + 2
  elseif code == 91 then
    set, at = read_set(pattern, at)
  elseif code == 46 then
    set, at = ANY, at + 1
  else
    set, at, literal = { [code] = true }, at + 1, sub(pattern, at, at)
  end
  local suffix = byte(pattern, at)
  if suffix == 42 or suffix == 43 or suffix == 45 or suffix == 63 then
    return { kind = "repeat", set = set, suffix = suffix }, at + 1
  end
  return { kind = "one", set = set, literal = literal }, at
end

local function parse(pattern, at)
  local items = {}
  while at <= #pattern do
    items[#items + 1], at = read_item(pattern, at)
  end
  return items
end

local function close_last(captures)
  for number = #captures, 1, -1 do
    if captures[number].length == OPEN then
      return captures[number]
    end
  end
  error("invalid pattern capture", 0)
end

local function find_balance(item, text, at)
  if byte(text, at) ~= item.first then
    return nil
  end
  local depth = 1
  for place = at + 1, #text do
    local code = byte(text, place)
    if code == item.last then
      depth = depth - 1
      if depth == 0 then
        return place + 1
      end
    elseif code == item.first then
      depth = depth + 1
    end
  end
  return nil
end

local function find_again(item, captures, text, at)
  local capture = captures[item.number]
  if not capture or capture.length == OPEN then
    error("invalid capture index %" .. item.number .. " in pattern", 0)
  end
  local length = capture.length
  if length == POSITION then
    return nil
  end
  for offset = 0, length - 1 do
    if byte(text, at + offset) ~= byte(text, capture.from + offset) then
      return nil
    end
  end
  return at + length
end

local match

local function match_repeat(items, number, text, at, captures)
  local item = items[number]
  local set, suffix = item.set, item.suffix
  if suffix == 45 then
    while true do
      local found = match(items, number + 1, text, at, captures)
      if found then
        return found
      elseif not set[byte(text, at)] then
        return nil
      end
      at = at + 1
    end
  end
  local most = suffix == 63 and 1 or #text
  local least = suffix == 43 and 1 or 0
  local count = 0
  while count < most and set[byte(text, at + count)] do
    count = count + 1
  end
  while count >= least do
    local found = match(items, number + 1, text, at + count, captures)
    if found then
      return found
    end
    count = count - 1
  end
  return nil
end

local function match_capture(items, number, text, at, captures)
  local kind = items[number].kind
  if kind == "close" then
    local capture = close_last(captures)
    capture.length = at - capture.from
    local found = match(items, number + 1, text, at, captures)
    if not found then
      capture.length = OPEN
    end
    return found
  end
  local count = #captures
  if count >= MAX_CAPTURES then
    error("too many captures", 0)
  end
  captures[count + 1] = { from = at, length = kind == "place" and POSITION or OPEN }
  local found = match(items, number + 1, text, at, captures)
  if not found then
    captures[count + 1] = nil
  end
  return found
end

-- Where the match that begins at `at` ends (the place behind it), or nil.
function match(items, number, text, at, captures)
  while true do
    local item = items[number]
    if not item then
      return at
    end
    local kind = item.kind
    if kind == "one" then
      local code = byte(text, at)
      if not code or not item.set[code] then
        return nil
      end
      at = at + 1
    elseif kind == "repeat" then
      return match_repeat(items, number, text, at, captures)
    elseif kind == "end" then
      return at == #text + 1 and at or nil
    elseif kind == "balance" then
      at = find_balance(item, text, at)
    elseif kind == "frontier" then
      if item.set[at > 1 and byte(text, at - 1) or 0] or not item.set[byte(text, at) or 0] then
        return nil
      end
    elseif kind == "back" then
      at = find_again(item, captures, text, at)
    else
      return match_capture(items, number, text, at, captures)
    end
    if not at then
      return nil
    end
    number = number + 1
  end
end

local function value_of(capture, text)
  if capture.length == POSITION then
    return capture.from
  elseif capture.length == OPEN then
    error("unfinished capture", 0)
  end
  return sub(text, capture.from, capture.from + capture.length - 1)
end

-- The captures of a match as a list; the whole match where the pattern has none and one is wanted.
local function values_of(captures, text, from, behind, is_whole)
  local values, count = {}, #captures
  for number = 1, count do
    values[number] = value_of(captures[number], text)
  end
  if count == 0 and is_whole then
    values[1], count = sub(text, from, behind - 1), 1
  end
  return values, count
end

local function place_of(text, init)
  local at = tointeger(init == nil and 1 or init)
  if not at then
    error("number has no integer representation", 0)
  elseif at < 0 then
    at = #text + at + 1
  end
  return at < 1 and 1 or at
end

local function prepare(pattern)
  local is_anchored = byte(pattern, 1) == 94
  return parse(pattern, is_anchored and 2 or 1), is_anchored
end

local function search(text, pattern, init)
  local at = place_of(text, init)
  if at > #text + 1 then
    return nil
  end
  local items, is_anchored = prepare(pattern)
  local literal = not is_anchored and items[1] and items[1].literal
  -- A match that fails takes its captures back, so the table serves the next one.
  local captures = {}
  repeat
    if literal then
      at = find(text, literal, at, true)
      if not at then
        return nil
      end
    end
    local behind = match(items, 1, text, at, captures)
    if behind then
      return at, behind, captures
    end
    at = at + 1
  until is_anchored or at > #text + 1
  return nil
end

local patterns = {}

function patterns.find(text, pattern, init)
  local from, behind, captures = search(text, pattern, init)
  if not from then
    return nil
  end
  local values, count = values_of(captures, text, from, behind, false)
  return from, behind - 1, unpack(values, 1, count)
end

function patterns.match(text, pattern, init)
  local from, behind, captures = search(text, pattern, init)
  if not from then
    return nil
  end
  local values, count = values_of(captures, text, from, behind, true)
  return unpack(values, 1, count)
end

-- In `gmatch` a caret has no meaning of its own.
function patterns.gmatch(text, pattern, init)
  local items = parse(pattern, 1)
  local at, last = place_of(text, init), nil
  return function()
    local captures = {}
    while at <= #text + 1 do
      local behind = match(items, 1, text, at, captures)
      if behind and behind ~= last then
        local values, count = values_of(captures, text, at, behind, true)
        at, last = behind, behind
        return unpack(values, 1, count)
      elseif behind then
        captures = {}
      end
      at = at + 1
    end
    return nil
  end
end

local function fill(replacement, text, from, behind, captures)
  local parts, at = {}, 1
  while at <= #replacement do
    local code = byte(replacement, at)
    if code ~= 37 then
      local stop = find(replacement, "%", at, true) or #replacement + 1
      parts[#parts + 1] = sub(replacement, at, stop - 1)
      at = stop
    else
      code = byte(replacement, at + 1)
      if code == 37 then
        parts[#parts + 1] = "%"
      elseif code == 48 then
        parts[#parts + 1] = sub(text, from, behind - 1)
      elseif code and code >= 49 and code <= 57 then
        local values, count = values_of(captures, text, from, behind, true)
        if code - 48 > count then
          error("invalid capture index %" .. code - 48 .. " in replacement string", 0)
        end
        parts[#parts + 1] = tostring(values[code - 48])
      else
        error("invalid use of '%' in replacement string", 0)
      end
      at = at + 2
    end
  end
  return concat(parts)
end

local function replace(replacement, text, from, behind, captures)
  local whole, kind, value = sub(text, from, behind - 1), type(replacement), nil
  if kind == "string" or kind == "number" then
    return fill(tostring(replacement), text, from, behind, captures)
  end
  local values, count = values_of(captures, text, from, behind, true)
  if kind == "table" then
    value = replacement[values[1]]
  else
    value = replacement(unpack(values, 1, count))
  end
  if not value then
    return whole
  elseif type(value) ~= "string" and type(value) ~= "number" then
    error("invalid replacement value (a " .. type(value) .. ")", 0)
  end
  return tostring(value)
end

function patterns.gsub(text, pattern, replacement, most)
  local items, is_anchored = prepare(pattern)
  local parts, at, last, count, captures = {}, 1, nil, 0, {}
  most = most or #text + 1
  while count < most do
    local behind = match(items, 1, text, at, captures)
    if behind and behind ~= last then
      count = count + 1
      parts[#parts + 1] = replace(replacement, text, at, behind, captures)
      at, last, captures = behind, behind, {}
    elseif at <= #text then
      captures = behind and {} or captures
      parts[#parts + 1] = sub(text, at, at)
      at = at + 1
    else
      break
    end
    if is_anchored then
      break
    end
  end
  parts[#parts + 1] = sub(text, at)
  return concat(parts), count
end

return patterns
