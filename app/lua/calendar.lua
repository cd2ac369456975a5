-- `os.date` and `os.time`, always of UTC: those of C share one record among threads, and know the server's zone.
local format, error, type, next, tointeger = string.format, error, type, next, math.tointeger
local byte, sub, find, concat, now = string.byte, string.sub, string.find, table.concat, os.time

local DAY = 86400
-- The years 0 to 9999, roughly: beyond them a year has more figures than texts have room for.
local FIRST, LAST = -62167219200, 253402300799
local DAYS = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }
local MONTHS = {
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
}

-- Days since 1970 of a date of the Gregorian calendar, and back; years begin in March so that leap days come last.
local function days_of(year, month, day)
  year = month <= 2 and year - 1 or year
  local era = year // 400
  local of_era = year - era * 400
  local of_year = (153 * (month + (month > 2 and -3 or 9)) + 2) // 5 + day - 1
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

local function date_of(days)
  days = days + 719468
  local era = days // 146097
  local of_era = days - era * 146097
  local year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
  local of_year = of_era - (365 * year + year // 4 - year // 100)
  local shifted = (5 * of_year + 2) // 153
  local month = shifted + (shifted < 10 and 3 or -9)
  return year + era * 400 + (month <= 2 and 1 or 0), month, of_year - (153 * shifted + 2) // 5 + 1
end

local function fields_of(seconds)
  local days, of_day = seconds // DAY, seconds % DAY
  local year, month, day = date_of(days)
  return {
    year = year, month = month, day = day, hour = of_day // 3600, min = of_day // 60 % 60, sec = of_day % 60,
    wday = (days + 4) % 7 + 1, yday = days - days_of(year, 1, 1) + 1, isdst = false,
  }
end

local function week_of(at, first)
  return (at.yday + 6 - (at.wday - 1 - first) % 7) // 7
end

-- ISO 8601: the week belongs to the year of its Thursday.
local function iso_week(at, seconds)
  local thursday = fields_of(seconds + (3 - (at.wday + 5) % 7) * DAY)
  return (thursday.yday - 1) // 7 + 1, thursday.year
end

local function twelve(hour)
  return (hour + 11) % 12 + 1
end

local WRITE = {
  a = function(at) return sub(DAYS[at.wday], 1, 3) end,
  A = function(at) return DAYS[at.wday] end,
  b = function(at) return sub(MONTHS[at.month], 1, 3) end,
  B = function(at) return MONTHS[at.month] end,
  C = function(at) return format("%02d", at.year // 100) end,
  d = function(at) return format("%02d", at.day) end,
  e = function(at) return format("%2d", at.day) end,
  F = function(at) return format("%d-%02d-%02d", at.year, at.month, at.day) end,
  D = function(at) return format("%02d/%02d/%02d", at.month, at.day, at.year % 100) end,
  g = function(at, seconds) local _, year = iso_week(at, seconds) return format("%02d", year % 100) end,
  G = function(at, seconds) local _, year = iso_week(at, seconds) return format("%d", year) end,
  H = function(at) return format("%02d", at.hour) end,
  I = function(at) return format("%02d", twelve(at.hour)) end,
  j = function(at) return format("%03d", at.yday) end,
  m = function(at) return format("%02d", at.month) end,
  M = function(at) return format("%02d", at.min) end,
  n = function() return "\n" end,
  p = function(at) return at.hour < 12 and "AM" or "PM" end,
  r = function(at)
    return format("%02d:%02d:%02d %s", twelve(at.hour), at.min, at.sec, at.hour < 12 and "AM" or "PM")
  end,
  R = function(at) return format("%02d:%02d", at.hour, at.min) end,
  s = function(_, seconds) return format("%d", seconds) end,
  S = function(at) return format("%02d", at.sec) end,
  t = function() return "\t" end,
  T = function(at) return format("%02d:%02d:%02d", at.hour, at.min, at.sec) end,
  u = function(at) return format("%d", (at.wday + 5) % 7 + 1) end,
  U = function(at) return format("%02d", week_of(at, 0)) end,
  V = function(at, seconds) return format("%02d", (iso_week(at, seconds))) end,
  w = function(at) return format("%d", at.wday - 1) end,
  W = function(at) return format("%02d", week_of(at, 1)) end,
  y = function(at) return format("%02d", at.year % 100) end,
  Y = function(at) return format("%d", at.year) end,
  z = function() return "+0000" end,
  Z = function() return "UTC" end,
  ["%"] = function() return "%" end,
}
WRITE.h, WRITE.x, WRITE.X = WRITE.b, WRITE.D, WRITE.T
function WRITE.c(at)
  return format("%s %s %2d %s %d", WRITE.a(at), WRITE.b(at), at.day, WRITE.T(at), at.year)
end

local function whole(value, name, otherwise)
  if value == nil then
    value = otherwise
  end
  local found = (type(value) == "number" or type(value) == "string") and tointeger(value + 0)
  if not found then
    error(value == nil and "field '" .. name .. "' missing in date table" or "field '" .. name .. "' is not an integer", 0)
  elseif found < -999999999999 or found > 999999999999 then
    error("field '" .. name .. "' is out-of-bound", 0)
  end
  return found
end

local calendar = {}

function calendar.date(pattern, seconds)
  pattern = pattern == nil and "%c" or pattern
  seconds = seconds == nil and now() or tointeger(seconds)
  if type(pattern) ~= "string" or not seconds then
    error("date takes a text and an integer", 0)
  elseif seconds < FIRST or seconds > LAST then
    error("date result cannot be represented", 0)
  elseif #pattern > 256 then
    error("the format of a date has at most 256 characters", 0)
  end
  if byte(pattern) == 33 then
    pattern = sub(pattern, 2)
  end
  local at = fields_of(seconds)
  if sub(pattern, 1, 2) == "*t" then
    return at
  end
  local parts, place = {}, 1
  while place <= #pattern do
    local stop = find(pattern, "%", place, true)
    parts[#parts + 1] = sub(pattern, place, (stop or 0) - 1)
    if not stop then
      break
    end
    local write = WRITE[sub(pattern, stop + 1, stop + 1)]
    if not write then
      error("invalid conversion specifier '%" .. sub(pattern, stop + 1, stop + 1) .. "'", 0)
    end
    parts[#parts + 1] = write(at, seconds)
    place = stop + 2
  end
  return concat(parts)
end

function calendar.time(at)
  if at == nil then
    return now()
  elseif type(at) ~= "table" then
    error("time takes a table", 0)
  end
  local month = whole(at.month, "month") - 1
  local days = days_of(whole(at.year, "year") + month // 12, month % 12 + 1, 1) + whole(at.day, "day") - 1
  local hours = days * 24 + whole(at.hour, "hour", 12)
  local seconds = (hours * 60 + whole(at.min, "min", 0)) * 60 + whole(at.sec, "sec", 0)
  if seconds < FIRST or seconds > LAST then
    error("time result cannot be represented in this installation", 0)
  end
  for name, value in next, fields_of(seconds) do
    at[name] = value
  end
  return seconds
end

return calendar
