// The demo page: phones in frames, and the newsroom's panel, shown anew by the server after each act.

const words = JSON.parse(document.body.dataset.words);
const lang = document.body.dataset.lang;
const $ = (id) => document.getElementById(id);

// --- the newsroom ----------------------------------------------------------------------------------------------------

async function act(path, fields, said) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
  const result = await answer.json();
  $("told").textContent = answer.ok ? said.replace("{headline}", result.headline) : result.error.message;
  $("told").className = answer.ok ? "told good" : "told bad";
  const fresh = await fetch(`/newsroom/panel?lang=${lang}`);
  const holder = document.createElement("template");
  holder.innerHTML = await fresh.text();
  const held = document.activeElement?.closest("#prepared button, #published button");
  const part = held?.closest("#prepared, #published").id;
  for (const id of ["prepared", "published"]) $(id).replaceWith(holder.content.getElementById(id));
  if (held) keepFocus(held, $(part));
  return answer.ok;
}

// The panel is new, but whoever works by keyboard stays at the same button, or begins again at its first.
function keepFocus(held, part) {
  const article = held.closest("[data-article]")?.dataset.article;
  const same = held.name ? `button[value="${held.value}"]` : `[data-article="${article}"] [data-edit]`;
  const buttons = [...part.querySelectorAll("button")].filter((button) => !button.disabled);
  (buttons.find((button) => button.matches(same)) ?? buttons[0])?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id === "prepared") {
    event.preventDefault();
    const breaking = form.elements.breaking.checked ? { breaking: "true" } : {};
    await act("/newsroom/publish", { section: event.submitter.value, ...breaking }, words.just_published);
  } else if (form.id === "own-form") {
    event.preventDefault();
    if (await act("/newsroom/publish", Object.fromEntries(new FormData(form)), words.just_published)) {
      form.reset();
      $("own").open = false;
    }
  } else if (form.id === "editor-form") {
    await act(`/newsroom/articles/${form.dataset.article}`, Object.fromEntries(new FormData(form)), words.just_saved);
  } else if (form.id === "add-phone") {
    event.preventDefault();
    await addPhone(new FormData(form).get("first_name"));
    form.reset();
  }
});

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-article]");
  const reader = event.target.closest("[data-reader]");
  if (event.target.closest("[data-edit]")) {
    const form = $("editor-form");
    form.dataset.article = item.dataset.article;
    for (const name of ["kicker", "headline", "body"]) form.elements[name].value = item.dataset[name];
    $("editor").showModal();
  } else if (event.target.closest("[data-withdraw]")) {
    if (confirm(`${words.withdraw_sure}\n${item.dataset.headline}`)) {
      act(`/newsroom/articles/${item.dataset.article}/withdraw`, {}, words.just_withdrawn);
    }
  } else if (reader) {
    togglePhone(reader);
  }
});
$("editor-cancel").addEventListener("click", () => $("editor").close());

// --- the phones ------------------------------------------------------------------------------------------------------

function togglePhone(reader) {
  const id = reader.dataset.reader;
  const shown = document.querySelector(`[data-place="${id}"]`);
  if (shown) shown.remove();
  else {
    const place = document.createElement("figure"), caption = document.createElement("figcaption");
    const frame = document.createElement("iframe");
    const name = reader.dataset.title ?? words.phone_of.replace("{name}", reader.textContent.trim());
    const editor = reader.classList.contains("editor");
    place.className = `place${editor ? " editor" : ""}`;
    place.dataset.place = id;
    caption.textContent = editor ? words.editors_phone : name;
    Object.assign(frame, { className: "device", src: reader.dataset.path ?? `/phone/${id}?embedded=1`, title: name, allow: "clipboard-write" });
    frame.dataset.phone = id;
    place.append(caption, frame);
    $("phones").append(place);
    place.scrollIntoView({ inline: "end", block: "nearest" });
  }
  reader.setAttribute("aria-pressed", String(!shown));
  const address = new URL(location);
  const ids = [...document.querySelectorAll("[data-place]")].map((place) => place.dataset.place);
  address.searchParams.set("phones", ids.join(","));
  history.replaceState(null, "", address);
}

async function addPhone(name) {
  const answer = await fetch("/phone", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ first_name: name, language_code: lang }),
  });
  const user = await answer.json();
  togglePhone(nameOf(user.id, user.first_name));
}

// The button of a person among the phones' names; made when there is none.
function nameOf(id, name) {
  const known = document.querySelector(`[data-reader="${id}"]`);
  if (known) return known;
  const reader = document.createElement("button");
  Object.assign(reader, { type: "button", className: "reader", textContent: name });
  reader.dataset.reader = id;
  $("add-phone").before(reader);
  return reader;
}

document.addEventListener("phone", (event) => {
  if (!document.querySelector(`[data-place="${event.detail}"]`)) togglePhone(nameOf(event.detail, `Reader ${event.detail}`));
});
