// The preview of a draft, and its number of readers, as they change. Without it a button shows them.
const form = document.querySelector("#writing");
const preview = document.querySelector("#preview");
const PAUSE = 400; // ms after the last key
let timer = 0;
let latest = 0;

const look = async () => {
  const mine = ++latest;
  const fields = new FormData(form);
  fields.delete("upload"); // a picture is shown once it is kept
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: fields });
    const html = answer.ok ? await answer.text() : "";
    if (mine === latest && html) preview.innerHTML = html; // made by our own templates, which escape everything
  } catch {
    // Away for a moment: the next key asks again.
  }
};

if (form && preview) {
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  const at = form.querySelector("#at");
  at?.addEventListener("input", () => {
    form.querySelector(`[name=when][value=${at.value ? "then" : "now"}]`).checked = true;
  });
  // Also what was typed before this ran, or what the browser has kept through a reload.
  const differs = (field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue;
  let changed = "unsaved" in form.dataset || [...form.querySelectorAll("input, textarea")].some(differs);
  if (changed) look();
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
