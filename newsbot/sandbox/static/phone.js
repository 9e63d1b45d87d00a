// A phone: shows what the server renders, sends what the reader does. No state of its own but what is on the screen.

import { RichText } from "./rich_text.js";

const phone = document.getElementById("phone");
const words = JSON.parse(phone.dataset.words);
const base = `/phone/${phone.dataset.user}`;
const query = `?chat=${phone.dataset.chat}`;
const $ = (id) => document.getElementById(id);
const messages = $("messages"), talk = $("talk"), text = $("text");
const rich = new RichText($("rich"), $("format-bar"), $("link"));

let payload = phone.dataset.payload;
let starting = Boolean(phone.dataset.starting);
let composer = "";
let replyTo = null;
let lastDeed = 0; // when the reader last did something: what comes soon after is an answer, not news

// --- talking to the server -------------------------------------------------------------------------------------------

async function post(action, fields = {}) {
  lastDeed = Date.now();
  const form = fields instanceof FormData;
  try {
    const answer = await fetch(`${base}/${action}${query}`, {
      method: "POST",
      headers: form ? {} : { "Content-Type": "application/json" },
      body: form ? fields : JSON.stringify(fields),
    });
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.error.message);
    return result;
  } catch (error) {
    toast(`${words.failed}: ${error.message}`);
    return null;
  }
}

function follow() {
  const events = new EventSource(`${base}/events${query}`);
  events.onmessage = (event) => {
    $("offline").hidden = true;
    const change = JSON.parse(event.data);
    on[change.kind]?.(change);
  };
  events.onerror = () => { $("offline").hidden = false; };
}

const on = {
  view(view) {
    const atEnd = isAtEnd() || !messages.children.length;
    const scrolled = talk.scrollTop;
    messages.innerHTML = view.html;
    $("about-text").textContent = view.about;
    $("about").hidden = messages.children.length > 0 || !view.about;
    if (phone.dataset.chat === phone.dataset.user) $("title").textContent = view.name;
    composer = view.composer;
    showComposer();
    showCommands(view.commands);
    showReplyKeyboard(view.reply_keyboard);
    tidy();
    atEnd ? toEnd() : (talk.scrollTop = scrolled);
    phone.dataset.ready = "1";
  },
  message(change) {
    $("about").hidden = true;
    typing(false);
    const own = !change.notification;
    const atEnd = isAtEnd() || own;
    place(change);
    if (own && composer === "start") { composer = "write"; showComposer(); }
    if (change.reply_keyboard) showReplyKeyboard(change.reply_keyboard);
    tidy();
    if (atEnd) toEnd();
    const news = Date.now() - lastDeed > 4000 || document.hidden || !atEnd;
    if (change.notification && news) notify(change.notification);
  },
  edited(change) {
    const atEnd = isAtEnd();
    if (document.getElementById(`m${change.id}`)) place(change);
    tidy();
    if (atEnd) toEnd();
  },
  deleted(change) {
    for (const id of change.message_ids) document.getElementById(`m${id}`)?.remove();
    tidy();
  },
  action() { typing(true); },
};

function place(change) {
  const holder = document.createElement("template");
  holder.innerHTML = change.html.trim();
  const fresh = holder.content.firstElementChild;
  const old = document.getElementById(fresh.id);
  if (old) {
    const focused = old.contains(document.activeElement) && document.activeElement.dataset;
    old.replaceWith(fresh);
    if (focused && "press" in focused) {
      fresh.querySelector(`[data-row="${focused.row}"][data-column="${focused.column}"]`)?.focus();
    }
  } else {
    fresh.classList.add("fresh");
    messages.append(fresh);
  }
}

// --- the conversation ------------------------------------------------------------------------------------------------

const isAtEnd = () => talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;

function toEnd() {
  talk.scrollTop = talk.scrollHeight;
  for (const image of messages.querySelectorAll("li:last-child img")) {
    if (!image.complete) image.addEventListener("load", () => { talk.scrollTop = talk.scrollHeight; }, { once: true });
  }
}

function tidy() {
  for (const line of messages.querySelectorAll(".day")) line.remove();
  let day = "";
  for (const item of [...messages.children]) {
    if (item.dataset.day === day) continue;
    day = item.dataset.day;
    const line = document.createElement("li");
    line.className = "day";
    line.innerHTML = "<span></span>";
    line.firstChild.textContent = day;
    item.before(line);
  }
  for (const quote of messages.querySelectorAll("blockquote.expandable")) {
    quote.classList.toggle("short", quote.scrollHeight <= quote.clientHeight + 2 && !quote.classList.contains("open"));
  }
}

let typingTimer;
function typing(on) {
  clearTimeout(typingTimer);
  $("status").textContent = on ? words.typing : $("status").dataset.usual;
  $("status").classList.toggle("busy", on);
  if (on) typingTimer = setTimeout(() => typing(false), 5000);
}

let bannerTimer;
function notify(news) {
  $("banner-title").textContent = news.title;
  $("banner-text").textContent = news.text;
  $("banner-how").textContent = news.how;
  $("banner").className = `banner ${news.silent ? "silent" : "loud"}`;
  $("banner").hidden = false;
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(() => { $("banner").hidden = true; }, 6000);
}

let toastTimer;
function toast(message) {
  $("toast").textContent = message;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 3500);
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

function unfold(id, open = $(id).hidden) {
  if (!open && $(id).contains(document.activeElement)) $(`${id}-button`).focus();
  $(id).hidden = !open;
  $(`${id}-button`).setAttribute("aria-expanded", String(open));
  if (open) unfold(id === "commands" ? "attach" : "commands", false);
}

function closeMenu() {
  if ($("menu").contains(document.activeElement)) $("menu").firstElementChild.focus();
  $("menu").open = false;
}

function answering(item) {
  replyTo = item?.dataset.id ?? null;
  $("replying").hidden = !item;
  if (item) { $("replying-text").textContent = item.dataset.plain; text.focus(); }
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
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
text.addEventListener("input", grow);
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
$("banner").addEventListener("click", () => { $("banner").hidden = true; toEnd(); });

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
  else if (hit("[data-copy]")) copy(hit("[data-copy]").dataset.copy);
  else if (hit("[data-reply]")) answering(item);
  else if (hit("[data-delete]")) post("delete", { message_id: item.dataset.id });
  else if (hit(".spoiler") && !hit(".spoiler.open")) { event.preventDefault(); reveal(hit(".spoiler")); }
  else if (hit("blockquote.expandable")) hit("blockquote.expandable").classList.toggle("open");
  else if (hit("a[href]")) travel(event, hit("a[href]"));
});
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "ArrowUp" && target === text && !text.value) return step(event, messages.lastElementChild, "previous");
  if (event.key === "ArrowUp" && target.matches?.(".bubble")) return step(event, target.parentElement.previousElementSibling, "previous");
  if (event.key === "ArrowDown" && target.matches?.(".bubble")) return step(event, target.parentElement.nextElementSibling, "next");
  if (event.key === "Escape") { closeMenu(); unfold("commands", false); unfold("attach", false); answering(null); }
  if (event.key !== "Enter" && event.key !== " ") return;
  if (target.matches?.("span.spoiler")) { event.preventDefault(); reveal(target); }
  if (target.matches?.("blockquote.expandable")) { event.preventDefault(); target.classList.toggle("open"); }
});

// By keyboard: up from the empty field into the messages, and up and down there; Tab leads on to what can be done with one.
function step(event, item, way) {
  event.preventDefault();
  while (item && !item.matches(".message")) item = item[`${way}ElementSibling`];
  if (item) item.querySelector(".bubble").focus();
  else if (way === "next") text.focus();
}

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
  if (answer.late) toast(words.no_answer);
  else if (answer.url) window.open(answer.url, "_blank", "noopener");
  else if (answer.text && answer.show_alert) { $("alert-text").textContent = answer.text; $("alert").showModal(); }
  else if (answer.text) toast(answer.text);
}

// Links to the bot itself and to Telegram's share sheet stay on the phone, as they do in the app.
function travel(event, link) {
  const url = new URL(link.href, location);
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
    $("share").onclose = () => { if ($("share").returnValue === "copy") copy(shared); };
    $("share").showModal();
  } else toast(url.href);
}

async function copy(what) {
  try { await navigator.clipboard.writeText(what); toast(words.copied); } catch { toast(what); }
}

follow();
