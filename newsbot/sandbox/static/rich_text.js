// Formatted text as one's app has it: an editable box with bold, italic and links, read as text with entities
// (offsets in UTF-16 units, which JavaScript counts in too).

const STYLES = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", S: "strikethrough", CODE: "code" };
const BLOCKS = new Set(["DIV", "P", "LI", "BLOCKQUOTE", "PRE"]);

export class RichText {
  constructor(box, bar, dialog) {
    this.box = box;
    this.bar = bar;
    this.dialog = dialog;
    this.range = null;
    bar.addEventListener("mousedown", (event) => { if (event.target.closest("[data-format]")) event.preventDefault(); });
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-format]");
      if (button) this.format(button.dataset.format);
    });
    box.addEventListener("paste", (event) => {
      event.preventDefault(); // another page's looks are not a message's
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close("cancel"));
    dialog.addEventListener("close", () => this.link());
  }

  get shown() { return !this.box.hidden; }

  show(wanted) {
    this.box.hidden = this.bar.hidden = !wanted;
    if (wanted) this.box.focus();
    else this.box.replaceChildren();
  }

  format(kind) {
    this.box.focus();
    if (kind !== "link") return document.execCommand(kind);
    const selection = getSelection();
    this.range = selection.rangeCount && this.box.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
    this.dialog.querySelector("input").value = this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  link() {
    const url = this.dialog.querySelector("input").value.trim();
    this.box.focus();
    if (this.range) {
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(this.range);
    }
    if (this.dialog.returnValue !== "ok" || !url) return;
    if (getSelection().isCollapsed) document.execCommand("insertText", false, url);
    else document.execCommand("createLink", false, url);
  }

  // {text, entities} of what stands in the box.
  read() {
    let text = "";
    const entities = [];
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) { text += node.data.replaceAll("\u00a0", " "); return; }
      if (node.nodeName === "BR") { text += "\n"; return; }
      const block = BLOCKS.has(node.nodeName) && node !== this.box;
      if (block && text && !text.endsWith("\n")) text += "\n";
      const offset = text.length;
      for (const child of node.childNodes) walk(child);
      const type = node.nodeName === "A" ? "text_link" : STYLES[node.nodeName];
      const length = text.length - offset;
      if (type && length) entities.push({ type, offset, length, ...(type === "text_link" && { url: node.getAttribute("href") }) });
    };
    walk(this.box);
    return { text, entities };
  }
}
