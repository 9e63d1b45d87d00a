// A Messenger phone: shows what the server renders, sends what the person does. No state of its own but what is on the screen.

import { Screen, closeMenu, growing, unfold, words } from "./phone_screen.js";

const LIKE = 369239263222822;

const phone = document.getElementById("phone");
const $ = (id) => document.getElementById(id);
const messages = $("messages"), text = $("text");
const grow = growing(text);
const screen = new Screen(`/messenger/phone/${phone.dataset.person}`, { tidied });
const post = (action, fields) => screen.post(action, fields);

let replyTo = null;

// --- what happens ----------------------------------------------------------------------------------------------------

const on = {
  view(view) {
    screen.showAll(view.html);
    on.standing(view);
    showQuickReplies(view.quick_replies);
    phone.dataset.ready = "1";
  },
  message(change) {
    screen.typing(false);
    const seen = screen.place(change.html, { newest: !change.notification, refocus });
    showQuickReplies(change.quick_replies); // whatever stood there vanishes
    if (seen) screen.toEnd();
    if (change.notification) screen.notify(change.notification, seen);
  },
  changed(change) {
    const turned = $(change.id)?.querySelector(".cards")?.scrollLeft;
    if ($(change.id)) screen.place(change.html, { refocus });
    if (turned) $(change.id).querySelector(".cards").scrollTo({ left: turned, behavior: "instant" });
  },
  typing(change) { screen.typing(change.on); if (screen.isAtEnd()) screen.toEnd(); },
  standing(standing) {
    const atEnd = screen.isAtEnd();
    $("window-text").textContent = standing.window.text;
    $("window").classList.toggle("closed", !standing.window.open);
    $("welcome").hidden = messages.children.length > 0;
    $("greeting").textContent = standing.greeting;
    showComposer(standing.composer);
    showIceBreakers(standing.ice_breakers);
    showMenu(standing.menu);
    $("stop").hidden = standing.opted_out;
    $("resume").hidden = !standing.opted_out;
    if (atEnd) screen.toEnd();
  },
};

function refocus(fresh, held) {
  const { tap, turn, emoji } = held.dataset;
  if (tap) return [...fresh.querySelectorAll("[data-tap]")].find((one) => one.dataset.tap === tap);
  if (turn) return fresh.querySelector(`[data-turn="${turn}"]`);
  return emoji ? fresh.querySelector("[data-react]") : fresh.querySelector(".bubble");
}

// Only the person's last message says how far it has got; arrows stand where there is something to turn to.
function tidied() {
  const own = [...messages.querySelectorAll(".out .receipt")];
  const read = own.filter((receipt) => receipt.closest("[data-read]")).at(-1);
  for (const receipt of own) {
    receipt.hidden = receipt !== read && receipt !== own.at(-1);
    receipt.classList.toggle("read", receipt === read);
  }
  for (const cards of messages.querySelectorAll(".cards:not([data-turned])")) {
    cards.dataset.turned = "1";
    cards.addEventListener("scroll", () => showArrows(cards), { passive: true });
    showArrows(cards);
  }
}

function showArrows(cards) {
  const [back, forth] = cards.parentElement.querySelectorAll(".turn");
  const end = cards.scrollWidth - cards.clientWidth;
  for (const [arrow, there] of [[back, cards.scrollLeft > 4], [forth, cards.scrollLeft < end - 4]]) {
    if (!there && document.activeElement === arrow) cards.focus();
    arrow.hidden = !there;
  }
}

// --- what stands below it --------------------------------------------------------------------------------------------

function showComposer(composer) {
  const left = document.activeElement;
  const byKeyboard = left?.matches(":focus-visible");
  $("start").hidden = composer !== "get_started";
  $("blocked").hidden = composer !== "blocked";
  $("composer").hidden = composer === "get_started" || composer === "blocked";
  for (const one of [text, $("like"), $("attach-button")]) one.disabled = composer === "menu";
  if ($("composer").hidden) for (const id of ["commands", "attach"]) unfold(id, false);
  $("quick-replies").classList.toggle("away", composer === "blocked");
  $("block").hidden = composer === "blocked";
  if (byKeyboard && left.closest("[hidden]")) [text, $("start"), $("unblock")].find((one) => !one.closest("[hidden]"))?.focus();
}

// Who presses by keyboard goes on at the field when the pressed button goes; a finger would only get an on-screen keyboard.
function heldByKeyboard(box) {
  return box.contains(document.activeElement) && document.activeElement.matches(":focus-visible");
}

function pressable(label, deed, image = "") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  if (image) button.prepend(Object.assign(document.createElement("img"), { src: image, alt: "" }));
  button.addEventListener("click", deed);
  return button;
}

// They answer the last message only: tapped or not, the next message takes them away.
function showQuickReplies(replies) {
  const held = heldByKeyboard($("quick-replies"));
  $("quick-replies").replaceChildren(...replies.map(({ title, payload, image }) => pressable(title, () => {
    post("reply", { payload, title });
  }, image)));
  $("quick-replies").hidden = !replies.length;
  if (held && !$("composer").hidden) text.focus();
}

function showIceBreakers(questions) {
  const held = heldByKeyboard($("ice-breakers"));
  $("ice-breakers").replaceChildren(...questions.map(({ question, payload }) => pressable(question, () => post("ask", { payload }))));
  $("ice-breakers").hidden = !questions.length;
  if (held) text.focus();
}

function showMenu(items) {
  $("commands-button").hidden = !items.length;
  if (!items.length) unfold("commands", false);
  $("commands").replaceChildren(...items.map((item) => {
    if (item.type !== "web_url") return pressable(item.title, () => { unfold("commands", false); post("menu", { payload: item.payload }); });
    return Object.assign(document.createElement("a"), { href: item.url, target: "_blank", rel: "noopener noreferrer", textContent: `${item.title} ↗\uFE0E` });
  }));
}

function answering(item) {
  replyTo = item?.id ?? null;
  $("replying").hidden = !item;
  if (item) { $("replying-text").textContent = item.dataset.plain; text.focus(); }
}

function showSend() {
  const something = Boolean(text.value.trim());
  $("send").hidden = !something;
  $("like").hidden = something;
}

// --- what the person does --------------------------------------------------------------------------------------------

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const line = text.value.trim();
  if (!line) return;
  const fields = { text: line, reply_to: replyTo };
  text.value = "";
  grow();
  showSend();
  text.focus();
  answering(null);
  post("send", fields);
});
text.addEventListener("input", showSend);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});
$("commands-button").addEventListener("click", () => unfold("commands"));
$("attach-button").addEventListener("click", () => unfold("attach"));
$("reply-cancel").addEventListener("click", () => answering(null));
$("like").addEventListener("click", () => post("sticker", { sticker_id: LIKE }));
$("start").addEventListener("click", () => post("start"));
for (const name of ["block", "unblock", "forget", "stop", "resume"]) {
  $(name).addEventListener("click", () => { closeMenu(); post(name); });
}
$("ad").addEventListener("click", async () => {
  closeMenu();
  if (await post("ad")) screen.toast(words.ad_clicked);
});
$("language").addEventListener("change", async (event) => {
  if (await post("language", { language_code: event.target.value })) location.reload();
});
$("open-link").addEventListener("submit", (event) => {
  event.preventDefault();
  closeMenu();
  post("open", { ref: $("ref").value.trim() });
  $("ref").value = "";
});
$("photo").addEventListener("change", async (event) => {
  const form = new FormData();
  form.append("photo", event.target.files[0]);
  event.target.value = "";
  unfold("attach", false);
  await post("photo", form);
});

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (!hit("#menu")) $("menu").open = false;
  const item = hit("li.message");
  if (!hit("[data-react], .picker")) closePickers();
  if (hit("[data-tap]")) post("tap", { mid: item.id, payload: hit("[data-tap]").dataset.tap, title: hit("[data-tap]").textContent.trim() });
  else if (hit("[data-turn]")) turn(hit("[data-turn]"));
  else if (hit("[data-react]")) pick(item);
  else if (hit("[data-emoji]")) react(item, hit("[data-emoji]"));
  else if (hit("[data-answer]")) answering(item);
  else if (hit("[data-sticker]")) { unfold("attach", false); post("sticker", { sticker_id: hit("[data-sticker]").dataset.sticker }); }
  else if (hit("[data-other]")) { unfold("attach", false); post(hit("[data-other]").dataset.other); }
  else if (hit("a[href]")) travel(event, hit("a[href]"));
});
document.addEventListener("keydown", (event) => {
  screen.step(event);
  if (event.target.matches?.(".cards") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    event.preventDefault();
    scrollCards(event.target, event.key === "ArrowRight" ? 1 : -1);
  }
  if (event.key === "Escape") { closeMenu(); closePickers(); unfold("commands", false); unfold("attach", false); answering(null); }
});
messages.addEventListener("focusin", (event) => event.target.closest(".cards .card")?.scrollIntoView({ inline: "nearest", block: "nearest" }));

function turn(arrow) { scrollCards(arrow.parentElement.querySelector(".cards"), Number(arrow.dataset.turn)); }

function scrollCards(cards, way) {
  const [first, second] = cards.children;
  cards.scrollBy({ left: way * (second.offsetLeft - first.offsetLeft), behavior: "smooth" });
}

function pick(item) {
  const picker = item.querySelector(".picker"), wanted = picker.hidden;
  closePickers();
  picker.hidden = !wanted;
  item.querySelector("[data-react]").setAttribute("aria-expanded", String(wanted));
  if (wanted) picker.querySelector("[aria-pressed=true], button").focus();
}

function closePickers() {
  for (const picker of messages.querySelectorAll(".picker:not([hidden])")) {
    const opener = picker.closest("li").querySelector("[data-react]");
    if (picker.contains(document.activeElement)) opener.focus();
    picker.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  }
}

function react(item, button) {
  const given = button.getAttribute("aria-pressed") === "true";
  closePickers();
  post("react", { mid: item.id, emoji: given ? "" : button.dataset.emoji });
}

// Links to the Page itself stay on the phone, as they do in the app; those to Telegram open the reader's other phone.
function travel(event, link) {
  const url = new URL(link.href, location);
  if (url.hostname === "m.me" && url.pathname.slice(1) === phone.dataset.page) {
    event.preventDefault();
    post("open", { ref: url.searchParams.get("ref") ?? "" });
  } else if (url.hostname === "t.me" && url.pathname.slice(1).toLowerCase() === phone.dataset.bot) {
    event.preventDefault();
    screen.elsewhere("telegram", "/phone", { start: url.searchParams.get("start") });
  }
}

if (phone.dataset.ref !== undefined) {
  const address = new URL(location);
  address.searchParams.delete("ref");
  history.replaceState(null, "", address);
  post("open", { ref: phone.dataset.ref });
}
screen.follow(on);
