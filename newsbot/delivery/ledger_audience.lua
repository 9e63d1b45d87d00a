-- Whom an alert is for now. Behind ledger_segment.lua.

-- The bitmap of who bears the mark. While all alerts of a story are for one article of it, who bears one of the two marks bears
-- the other, and the article's has no bitmap (`domain.alert.marks_of`).
local function bearers(mark)
  local story = string.match(mark, '^(.+):%d+$')
  local sole = story and redis.call('GET', prefix .. ':sole:' .. story)
  return prefix .. ':story:' .. (sole == mark and story or mark)
end

-- target := the audience of these topics and languages, without who was alerted for the story.
local function audience(target, topics, languages, story)
  willing(target, known, topics)
  among(target, target, 'lang:', languages, {bearers(story)})
end
