// What every phone's screen can do, whatever app it shows: talk to the server, and show a conversation, banners and toasts.

const $ = (id) => document.getElementById(id);
const AN_ANSWER = 4000; // milliseconds: what comes so soon after the reader did something is an answer, not news

export const words = JSON.parse($("phone").dataset.words);

export class Screen {
  // `base`: the phone's path; `query`: which of its chats; `tidied`: called when messages came or went
  constructor(base, { query = "", tidied = () => {} } = {}) {
    Object.assign(this, { base, query, tidied, lastDeed: 0, timers: {} });
    this.messages = $("messages");
    this.talk = $("talk");
    $("banner").addEventListener("click", () => { $("banner").hidden = true; this.toEnd(); });
  }

  // --- talking to the server -----------------------------------------------------------------------------------------

  async post(action, fields = {}) {
    this.lastDeed = Date.now();
    const form = fields instanceof FormData;
    try {
      const answer = await fetch(`${this.base}/${action}${this.query}`, {
        method: "POST",
        headers: form ? {} : { "Content-Type": "application/json" },
        body: form ? fields : JSON.stringify(fields),
      });
      const result = await answer.json();
      if (!answer.ok) throw new Error(result.error.message);
      return result;
    } catch (error) {
      this.toast(`${words.failed}: ${error.message}`);
      return null;
    }
  }

  // Whatever happens is handed to the function of that name.
  follow(on) {
    const events = new EventSource(`${this.base}/events${this.query}`);
    events.onmessage = (event) => {
      $("offline").hidden = true;
      const change = JSON.parse(event.data);
      on[change.kind]?.(change);
    };
    events.onerror = () => { $("offline").hidden = false; };
  }

  // --- the conversation ----------------------------------------------------------------------------------------------

  showAll(html) {
    const atEnd = this.isAtEnd() || !this.messages.children.length;
    const scrolled = this.talk.scrollTop;
    this.messages.innerHTML = html;
    this.tidy();
    atEnd ? this.toEnd() : (this.talk.scrollTop = scrolled);
  }

  // A message that is new, or takes the place of what it was before. `newest`: one's own, which is always gone to.
  place(html, { newest = false, refocus = () => null } = {}) {
    const atEnd = this.isAtEnd() || newest;
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    const old = $(fresh.id);
    if (old) {
      const held = old.contains(document.activeElement) ? document.activeElement : null;
      old.replaceWith(fresh);
      if (held) refocus(fresh, held)?.focus();
    } else {
      fresh.classList.add("fresh");
      this.messages.append(fresh);
    }
    this.tidy();
    if (atEnd) this.toEnd();
    return atEnd;
  }

  remove(ids) {
    for (const id of ids) $(id)?.remove();
    this.tidy();
  }

  isAtEnd() {
    return this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
  }

  toEnd() {
    this.talk.scrollTop = this.talk.scrollHeight;
    for (const image of this.messages.querySelectorAll("li:last-child img")) {
      if (!image.complete) image.addEventListener("load", () => { this.talk.scrollTop = this.talk.scrollHeight; }, { once: true });
    }
  }

  tidy() {
    for (const line of this.messages.querySelectorAll(".day")) line.remove();
    let day = "";
    for (const item of [...this.messages.children]) {
      if (item.dataset.day === day) continue;
      day = item.dataset.day;
      const line = document.createElement("li");
      line.className = "day";
      line.innerHTML = "<span></span>";
      line.firstChild.textContent = day;
      item.before(line);
    }
    this.tidied();
  }

  // By keyboard: up from the empty field into the messages, and up and down there; Tab leads on to what can be done with one.
  step(event) {
    const text = $("text"), target = event.target;
    const up = event.key === "ArrowUp";
    if (!up && event.key !== "ArrowDown") return;
    let item;
    if (target.matches?.(".bubble")) item = target.closest("li")[up ? "previousElementSibling" : "nextElementSibling"];
    else if (up && target === text && !text.value) item = this.messages.lastElementChild;
    else return;
    event.preventDefault();
    while (item && !item.matches(".message")) item = item[up ? "previousElementSibling" : "nextElementSibling"];
    if (item) item.querySelector(".bubble").focus();
    else if (!up) text.focus();
  }

  // --- what comes and goes by itself ---------------------------------------------------------------------------------

  typing(on) {
    clearTimeout(this.timers.typing);
    $("status").textContent = on ? words.typing : $("status").dataset.usual;
    $("status").classList.toggle("busy", on);
    if ($("typing")) $("typing").hidden = !on;
    if (on) this.timers.typing = setTimeout(() => this.typing(false), 5000);
  }

  // `seen`: the reader was looking at the end of the conversation when it came.
  notify(news, seen) {
    if (Date.now() - this.lastDeed <= AN_ANSWER && !document.hidden && seen) return;
    $("banner-title").textContent = news.title;
    $("banner-text").textContent = news.text;
    $("banner-how").textContent = news.how;
    $("banner").className = `banner ${news.silent ? "silent" : "loud"}`;
    this.showFor("banner", 6000);
  }

  toast(message) {
    $("toast").textContent = message;
    this.showFor("toast", 3500);
  }

  showFor(id, milliseconds) {
    $(id).hidden = false;
    clearTimeout(this.timers[id]);
    this.timers[id] = setTimeout(() => { $(id).hidden = true; }, milliseconds);
  }

  // A link into the reader's other app, with what it carries, if anything. On the demo page that phone stands beside this
  // one; elsewhere it opens by itself.
  elsewhere(app, path, carried) {
    const query = new URLSearchParams(Object.entries(carried).filter(([, value]) => value !== null)).toString();
    if (parent === window) window.open(query ? `${path}?${query}` : path, "_blank", "noopener");
    else parent.postMessage({ app, query }, location.origin);
  }

  async copy(what) {
    try { await navigator.clipboard.writeText(what); this.toast(words.copied); } catch { this.toast(what); }
  }
}

// The field grows with what is typed into it.
export function growing(field) {
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
  };
  field.addEventListener("input", grow);
  return grow;
}

// What a button of the composer shows and hides; one of them at a time.
export function unfold(id, open = $(id).hidden) {
  if (!open && $(id).contains(document.activeElement)) $(`${id}-button`).focus();
  $(id).hidden = !open;
  $(`${id}-button`).setAttribute("aria-expanded", String(open));
  if (open) unfold(id === "commands" ? "attach" : "commands", false);
}

export function closeMenu() {
  if ($("menu").contains(document.activeElement)) $("menu").firstElementChild.focus();
  $("menu").open = false;
}
