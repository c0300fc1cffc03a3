/**
 * Files that wait to be sent with what one writes: chosen, pasted or dropped.
 */
import { el } from "./dom.js";
import { sizeWords } from "./files.js";
import { sign } from "./icons.js";

/**
 * @param options.changed called when files came or went
 * @param options.removes `(name) → what the button says that takes one away`
 * @returns the node, with `files`; `pick()`, which asks for some; `take(files)`; and `drop(files)`
 */
export function tray({ changed, removes }) {
  const input = el("input", { type: "file", multiple: true, hidden: true });
  const list = el("ul", { class: "waiting-files" });
  const node = el("div", { class: "tray", hidden: true }, input, list);
  const chips = new Map();
  const told = () => {
    node.files = [...chips.keys()];
    node.hidden = chips.size === 0;
    changed();
  };
  node.files = [];
  node.pick = () => input.click();
  node.take = (files) => {
    for (const file of files) chips.set(file, chip(file, removes, () => node.drop([file])));
    list.replaceChildren(...chips.values());
    told();
  };
  node.drop = (files) => {
    for (const file of files) {
      chips.get(file)?.leave();
      chips.delete(file);
    }
    told();
  };
  input.addEventListener("change", () => {
    node.take(input.files);
    input.value = ""; // so that the same one can be chosen again
  });
  return node;
}

function chip(file, removes, remove) {
  const seen = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
  const label = removes(file.name);
  const node = el(
    "li",
    { class: "file-chip", title: file.name },
    seen ? el("img", { src: seen, alt: "" }) : el("span", { class: "file-sign" }, sign("file")),
    el("span", { class: "file-words" }, el("b", {}, file.name), el("small", {}, sizeWords(file.size))),
    el("button", { type: "button", class: "icon", title: label, "aria-label": label, onclick: remove }, sign("close")),
  );
  node.leave = () => {
    node.remove();
    if (seen) URL.revokeObjectURL(seen);
  };
  return node;
}

/** Files that are pasted into the field; a text that came with a picture of itself is pasted as a text. */
export function pasting(field, take) {
  field.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    take(files);
  });
}

/** Files that are dropped anywhere on the node. */
export function dropping(node, take) {
  const over = (is) => node.classList.toggle("dropping", is);
  node.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  node.addEventListener("dragleave", (event) => node.contains(event.relatedTarget) || over(false));
  node.addEventListener("drop", (event) => {
    over(false);
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
