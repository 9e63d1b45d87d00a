// A phone: shows what the server renders, sends what the reader does. No state of its own but what is on the screen.

import { Screen, closeMenu, growing, unfold, words } from "./phone_screen.js";
import { RichText } from "./rich_text.js";

const phone = document.getElementById("phone");
const $ = (id) => document.getElementById(id);
const messages = $("messages"), text = $("text");
const rich = new RichText($("rich"), $("format-bar"), $("link"));
const grow = growing(text);
const screen = new Screen(`/phone/${phone.dataset.user}`, { query: `?chat=${phone.dataset.chat}`, tidied: foldQuotes });
const post = (action, fields) => screen.post(action, fields);

let payload = phone.dataset.payload;
let starting = Boolean(phone.dataset.starting);
let composer = "";
let replyTo = null;

// --- what happens ----------------------------------------------------------------------------------------------------

const on = {
  view(view) {
    screen.showAll(view.html);
    $("about-text").textContent = view.about;
    $("about").hidden = messages.children.length > 0 || !view.about;
    if (phone.dataset.chat === phone.dataset.user) $("title").textContent = view.name;
    composer = view.composer;
    showComposer();
    showCommands(view.commands);
    showReplyKeyboard(view.reply_keyboard);
    phone.dataset.ready = "1";
  },
  message(change) {
    $("about").hidden = true;
    screen.typing(false);
    const own = !change.notification;
    const seen = screen.place(change.html, { newest: own, refocus });
    if (own && composer === "start") { composer = "write"; showComposer(); }
    if (change.reply_keyboard) showReplyKeyboard(change.reply_keyboard);
    if (change.notification) screen.notify(change.notification, seen);
  },
  edited(change) {
    if ($(`m${change.id}`)) screen.place(change.html, { refocus });
  },
  deleted(change) { screen.remove(change.message_ids.map((id) => `m${id}`)); },
  action() { screen.typing(true); },
};

function refocus(fresh, held) {
  if (!("press" in held.dataset)) return null;
  return fresh.querySelector(`[data-row="${held.dataset.row}"][data-column="${held.dataset.column}"]`);
}

function foldQuotes() {
  for (const quote of messages.querySelectorAll("blockquote.expandable")) {
    quote.classList.toggle("short", quote.scrollHeight <= quote.clientHeight + 2 && !quote.classList.contains("open"));
  }
}

// --- what stands below it --------------------------------------------------------------------------------------------

function showComposer() {
  const left = document.activeElement;
  const byKeyboard = left?.matches(":focus-visible");
  const offered = starting && composer !== "blocked";
  $("start").hidden = !(composer === "start" || offered);
  $("restart").hidden = composer !== "blocked";
  $("composer").hidden = composer !== "write" || offered;
  if ($("composer").hidden) for (const id of ["commands", "attach"]) unfold(id, false);
  $("block").hidden = composer === "blocked" || phone.dataset.chat !== phone.dataset.user;
  $("unblock").hidden = composer !== "blocked";
  // Who presses by keyboard goes on where the pressed button was; a finger would only get an on-screen keyboard.
  if (byKeyboard && left.closest("[hidden]")) [text, $("start"), $("restart")].find((one) => !one.closest("[hidden]"))?.focus();
}

function showCommands(commands) {
  $("commands").replaceChildren(...commands.map(({ command, description }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.send = `/${command}`;
    const name = document.createElement("b"), what = document.createElement("span");
    name.textContent = `/${command}`;
    what.textContent = description;
    button.append(name, what);
    return button;
  }));
  if (!commands.length) $("commands").textContent = words.no_commands;
}

function showReplyKeyboard(markup) {
  const rows = markup?.keyboard ?? [];
  $("reply-keyboard").replaceChildren(...rows.map((keys) => {
    const row = document.createElement("div");
    row.append(...keys.map((key) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = button.dataset.send = typeof key === "string" ? key : key.text;
      return button;
    }));
    return row;
  }));
  $("reply-keyboard").hidden = !rows.length;
}

function answering(item) {
  replyTo = item?.dataset.id ?? null;
  $("replying").hidden = !item;
  if (item) { $("replying-text").textContent = item.dataset.plain; text.focus(); }
}

// What stands in the field, formatted or not; the field is empty afterwards.
function takeDraft() {
  const formatted = rich.shown;
  const draft = formatted ? rich.read() : { text: text.value.trim(), entities: [] };
  text.value = "";
  formatting(false);
  grow();
  if (formatted) text.focus();
  return draft;
}

function formatting(wanted) {
  if (wanted) { unfold("attach", false); rich.box.textContent = text.value; text.value = ""; }
  rich.show(wanted);
  text.hidden = wanted;
  $("format-button").setAttribute("aria-pressed", String(wanted));
}

async function send(line, entities = []) {
  if (!line.trim()) return;
  const fields = { text: line, entities, reply_to: replyTo };
  answering(null);
  unfold("commands", false);
  await post("send", fields);
}

// --- what the reader does ----------------------------------------------------------------------------------------------

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const draft = takeDraft();
  send(draft.text, draft.entities);
});
for (const field of [text, rich.box]) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      $("composer").requestSubmit();
    }
  });
}
$("format-button").addEventListener("click", () => formatting(!rich.shown));
$("format-cancel").addEventListener("click", () => { formatting(false); text.focus(); });
$("commands-button").addEventListener("click", () => unfold("commands"));
$("attach-button").addEventListener("click", () => unfold("attach"));
$("reply-cancel").addEventListener("click", () => answering(null));

$("start").addEventListener("click", async () => {
  const sent = payload;
  starting = false;
  payload = "";
  const address = new URL(location);
  address.searchParams.delete("start");
  history.replaceState(null, "", address);
  showComposer();
  await post("start", { payload: sent });
});
$("restart").addEventListener("click", () => post("start"));
for (const name of ["block", "unblock"]) {
  $(name).addEventListener("click", () => { closeMenu(); post(name); });
}
$("language").addEventListener("change", async (event) => {
  if (await post("language", { language_code: event.target.value })) location.reload();
});
$("photo").addEventListener("change", async (event) => {
  const form = new FormData(), caption = takeDraft();
  for (const file of event.target.files) form.append("photo", file);
  form.append("caption", caption.text);
  form.append("entities", JSON.stringify(caption.entities));
  event.target.value = "";
  unfold("attach", false);
  await post("photo", form);
});

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (!hit("#menu")) $("menu").open = false;
  const key = hit("[data-press]"), sender = hit("[data-send]"), item = hit("li.message");
  if (key) press(key);
  else if (sender) send(sender.dataset.send);
  else if (hit("[data-sticker]")) { unfold("attach", false); post("sticker", { emoji: hit("[data-sticker]").dataset.sticker }); }
  else if (hit("[data-other]")) { unfold("attach", false); post(hit("[data-other]").dataset.other); }
  else if (hit("[data-forward]")) { unfold("attach", false); post("forward", { id: hit("[data-forward]").dataset.forward }); }
  else if (hit("[data-copy]")) screen.copy(hit("[data-copy]").dataset.copy);
  else if (hit("[data-reply]")) answering(item);
  else if (hit("[data-delete]")) post("delete", { message_id: item.dataset.id });
  else if (hit(".spoiler") && !hit(".spoiler.open")) { event.preventDefault(); reveal(hit(".spoiler")); }
  else if (hit("blockquote.expandable")) hit("blockquote.expandable").classList.toggle("open");
  else if (hit("a[href]")) travel(event, hit("a[href]"));
});
document.addEventListener("keydown", (event) => {
  const target = event.target;
  screen.step(event);
  if (event.key === "Escape") { closeMenu(); unfold("commands", false); unfold("attach", false); answering(null); }
  if (event.key !== "Enter" && event.key !== " ") return;
  if (target.matches?.("span.spoiler")) { event.preventDefault(); reveal(target); }
  if (target.matches?.("blockquote.expandable")) { event.preventDefault(); target.classList.toggle("open"); }
});

function reveal(spoiler) {
  spoiler.classList.add("open");
  spoiler.setAttribute("aria-expanded", "true");
}

async function press(key) {
  if (key.classList.contains("spinning")) return;
  key.classList.add("spinning");
  key.setAttribute("aria-busy", "true");
  const { row, column } = key.dataset;
  const answer = await post("press", { message_id: key.closest("li").dataset.id, row, column });
  key.classList.remove("spinning");
  key.removeAttribute("aria-busy");
  if (!answer) return;
  if (answer.late) screen.toast(words.no_answer);
  else if (answer.url) window.open(answer.url, "_blank", "noopener");
  else if (answer.text && answer.show_alert) { $("alert-text").textContent = answer.text; $("alert").showModal(); }
  else if (answer.text) screen.toast(answer.text);
}

// Links to the bot itself and to Telegram's share sheet stay on the phone, as they do in the app; those to the newsroom's
// Page open the reader's Messenger.
function travel(event, link) {
  const url = new URL(link.href, location);
  if (url.hostname === "m.me" && url.pathname.slice(1) === phone.dataset.page) {
    event.preventDefault();
    screen.elsewhere("messenger", "/messenger/phone", { ref: url.searchParams.get("ref") });
    return;
  }
  const telegram = url.hostname === "t.me" || url.protocol === "tg:";
  if (!telegram) return;
  event.preventDefault();
  const place = url.protocol === "tg:" ? url.hostname || url.pathname.replaceAll("/", "") : url.pathname.slice(1);
  const name = url.protocol === "tg:" ? url.searchParams.get("domain") : place;
  if (name?.toLowerCase() === phone.dataset.bot.toLowerCase() && url.searchParams.has("start")) {
    payload = url.searchParams.get("start");
    starting = true;
    showComposer();
    $("start").focus();
  } else if (place.startsWith("share") || place === "msg_url") {
    const shared = [url.searchParams.get("text"), url.searchParams.get("url")].filter(Boolean).join("\n");
    $("share-text").textContent = shared;
    $("share").onclose = () => { if ($("share").returnValue === "copy") screen.copy(shared); };
    $("share").showModal();
  } else screen.toast(url.href);
}

screen.follow(on);
