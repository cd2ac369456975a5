-- What a script sees. Runs once for each state, before any script.
--
-- Arguments: the budget, `describe` of the strings, the calendar. Returns `run` and `take`.
local budget, describe, calendar = ...

local charge, checked = budget.charge, budget.checked
local string, table, math, utf8, os = string, table, math, utf8, os
local setupvalue = debug.setupvalue
local type, tostring, tonumber, select, next, error, pcall = type, tostring, tonumber, select, next, error, pcall
local getmetatable, setmetatable, rawget, rawset = getmetatable, setmetatable, rawget, rawset
local pack, unpack, gsub, sub = table.pack, table.unpack, string.gsub, string.sub

local basics = {
  _VERSION = _VERSION, assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs,
  rawequal = rawequal, rawget = rawget, rawlen = rawlen, select = select, type = type,
}
local protected = {}

function basics.tostring(...)
  if select("#", ...) == 0 then
    error("bad argument #1 to 'tostring' (value expected)", 2)
  end
  return describe((...))
end

function basics.tonumber(value, ...)
  if type(value) == "string" then
    charge(#value / 8)
  end
  return tonumber(value, ...)
end

function basics.pcall(...)
  return checked(pcall(...))
end

-- The handler runs after the fall: while C handles an error, nothing counts its instructions.
function basics.xpcall(call, handler, ...)
  local result = pack(checked(pcall(call, ...)))
  if result[1] then
    return unpack(result, 1, result.n)
  end
  return false, handler(result[2])
end

-- Metamethods are copied when they are given: what the collector or an unwinding stack would call can not be added.
local METAMETHODS = {
  "__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm", "__idiv", "__band", "__bor", "__bxor", "__bnot",
  "__shl", "__shr", "__concat", "__len", "__eq", "__lt", "__le", "__call", "__tostring", "__pairs",
}
local GIVEN = {}

function basics.setmetatable(value, given)
  if type(value) ~= "table" then
    error("bad argument #1 to 'setmetatable' (table expected)", 2)
  elseif given ~= nil and type(given) ~= "table" then
    error("bad argument #2 to 'setmetatable' (nil or table expected)", 2)
  elseif given == nil then
    return setmetatable(value, nil)
  elseif rawget(given, "__gc") ~= nil or rawget(given, "__close") ~= nil or rawget(given, "__mode") ~= nil then
    error("a script can not use __gc, __close or __mode", 2)
  end
  local copy = { [GIVEN] = given }
  for index = 1, #METAMETHODS do
    local name = METAMETHODS[index]
    local found = rawget(given, name)
    if found ~= nil and type(found) ~= "function" then
      error(name .. " must be a function", 2)
    end
    copy[name] = found
  end
  copy.__index, copy.__newindex = rawget(given, "__index"), rawget(given, "__newindex")
  copy.__metatable, copy.__name = rawget(given, "__metatable"), nil
  return setmetatable(value, copy)
end

function basics.getmetatable(value)
  local found = getmetatable(value)
  local given = type(found) == "table" and rawget(found, GIVEN)
  return given or found
end

function basics.rawset(value, key, item)
  if protected[value] then
    error("libraries can not be changed", 2)
  end
  return rawset(value, key, item)
end

-- The numbers of a call are its own: the first of each call starts them anew.
local seed
local random, randomseed = math.random, math.randomseed

function math.random(...)
  if seed then
    randomseed(seed)
    seed = nil
  end
  return random(...)
end

function math.randomseed(...)
  seed = nil
  randomseed(...)
end

local times = { clock = os.clock, date = calendar.date, difftime = os.difftime, time = calendar.time }

local function guard(library)
  local own = {}
  for name, value in next, library do
    own[name] = value
  end
  local proxy = setmetatable({}, {
    __index = own,
    __newindex = function()
      error("libraries can not be changed", 2)
    end,
    __pairs = function()
      return function(_, name)
        return next(own, name)
      end
    end,
    __metatable = false,
  })
  protected[proxy] = true
  return proxy
end

basics.string, basics.table, basics.math, basics.utf8, basics.os =
  guard(string), guard(table), guard(math), guard(utf8), guard(times)
local environment = { __index = basics, __metatable = false }

-- Nothing of the state's own globals is needed any more. `debug` stays a name, so that it costs no memory to look for.
local globals = _G
for name in next, globals do
  if name ~= "debug" then
    globals[name] = nil
  end
end
globals.debug = false

local LONGEST_RESULT = 65536
local kept

local function readable(message)
  if type(message) ~= "string" then
    return type(message) == "number" and tostring(message) or "The script raised a " .. type(message) .. "."
  end
  message = sub(message, 1, 500)
  if not utf8.len(message) then
    message = gsub(message, "[\128-\255]", "?")
  end
  return message
end

-- Run a compiled script. Returns what came of it ("value", "table", "error" or what was spent), the value or the
-- message, and the line of the script.
local function run(chunk, context, dice, instructions, seconds, most_cpu)
  seed, kept = dice, nil
  local own = setmetatable({ context = context }, environment)
  own._G = own
  setupvalue(chunk, 1, own)
  local spent, line, is_fine, value = budget.call(chunk, instructions, seconds, most_cpu)
  setupvalue(chunk, 1, nil)
  if spent then
    return spent, nil, line
  elseif not is_fine then
    return "error", readable(value), line
  end
  local kind = type(value)
  if kind == "string" and #value > LONGEST_RESULT then
    return "error", "The script returned a text that is too long."
  elseif kind == "table" then
    kept = value
    return "table"
  elseif kind == "function" or kind == "userdata" or kind == "thread" then
    return "value"
  end
  return "value", value
end

-- Bounds of a result: levels, and bytes of all its texts.
local MOST_LEVELS, MOST_BYTES = 16, 65536

-- What a table has that JSON has, as one of ours with how many values, bytes of text and levels are in it. Each table
-- is read once, but counts as often as it is met: so Python makes no more of it than was counted, and walks no
-- emptied table again and again.
local function copy(value, depth, most, seen)
  local known = seen[value]
  if known == false or depth + (known and known.levels or 1) - 1 > MOST_LEVELS then
    error("deep", 0)
  elseif known then
    return known
  end
  seen[value] = false
  local own, values, bytes, levels = {}, 0, 0, 1
  for key, item in next, value do
    local kind_of_key, kind = type(key), type(item)
    values = values + 1
    if kind_of_key == "string" or kind_of_key == "number" then
      bytes = bytes + (kind_of_key == "string" and #key or 0) + (kind == "string" and #item or 0)
      if kind == "table" then
        local part = copy(item, depth + 1, most, seen)
        values, bytes = values + part.values, bytes + part.bytes
        levels = part.levels >= levels and part.levels + 1 or levels
        own[key] = part.own
      elseif kind == "string" or kind == "number" or kind == "boolean" then
        own[key] = item
      end
    end
    if values > most or bytes > MOST_BYTES then
      error("large", 0)
    end
  end
  seen[value] = { own = own, values = values, bytes = bytes, levels = levels }
  return seen[value]
end

-- The table that the last run returned, once; or "large" or "deep". It may hold as many values as are given.
local function take(most)
  local value = kept
  kept = nil
  local is_fine, found = pcall(copy, value, 1, most, {})
  return is_fine and found.own or found
end

return run, take
