-- Whom an alert is for now. Behind ledger_segment.lua.

-- target := the audience of these topics and languages, without who was alerted for the story.
local function audience(target, topics, languages, story)
  willing(target, known, topics)
  among(target, target, 'lang:', languages, {prefix .. ':story:' .. story})
end
