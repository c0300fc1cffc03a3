/**
 * Where one writes: a text field that grows, sends on Enter, offers completions, and holds files.
 */
import { el } from "./dom.js";
import { sign } from "./icons.js";
import { pasting, tray } from "./tray.js";

let lists = 0;
const none = () => [];
const GROWS = CSS.supports("field-sizing", "content"); // by itself; elsewhere it is measured

/**
 * @param options.label what screen readers call it
 * @param options.send `(text, files) → promise of whether it went`; both stay when they did not
 * @param options.offers `(text, caret) → [{label, detail?, from, insert}]`, what could stand there from `from` on
 * @param options.extra nodes between the field and the button
 * @param options.files as for `tray`, where files can be sent
 * @returns the form, with `field` and, where files can be sent, `tray`
 */
export function composer({ label, placeholder, send, offers = none, extra = [], className = "", text = "", files }) {
  const field = el("textarea", { rows: 1, "aria-label": label, placeholder, autocomplete: "off" });
  const list = el("ul", {
    class: "offers",
    role: "listbox",
    id: `offers-${++lists}`,
    "aria-label": "Completions",
    hidden: true,
  });
  if (offers !== none) {
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
  }
  const button = el("button", { class: "send", "aria-label": "Send", title: "Send", disabled: !text }, sign("send"));
  const changed = () => {
    button.disabled = !field.value.trim() && !waiting?.files.length;
  };
  const waiting = files && tray({ ...files, changed: () => (changed(), files.changed?.()) });
  if (waiting) pasting(field, waiting.take);
  const form = el("form", { class: `composer ${className}` }, list, waiting, field, extra, button);
  const box = { form, field, list, offers, chosen: 0, current: [] };
  field.value = text;
  if (text) queueMicrotask(() => grow(field)); // once it is on the page and has a width
  field.addEventListener("input", () => {
    changed();
    grow(field);
    offer(box);
  });
  field.addEventListener("keydown", (event) => typedKey(event, box));
  field.addEventListener("blur", () => hide(box));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const written = field.value.trim();
    const attached = waiting?.files ?? [];
    if (button.disabled || form.classList.contains("busy")) return;
    form.classList.add("busy");
    const went = await send(written, attached);
    form.classList.remove("busy");
    if (!went) return;
    if (attached.length) waiting.drop(attached);
    if (field.value.trim() === written) set(field, "");
  });
  return Object.assign(form, { field, tray: waiting });
}

/** Put a text into the field as if typed. */
export function set(field, text) {
  field.value = text;
  if (text) queueMicrotask(() => grow(field)); // once it is on the page and has a width
  field.dispatchEvent(new Event("input"));
}

function grow(field) {
  if (GROWS) return;
  field.style.height = "auto";
  if (!field.value) return; // a long placeholder is no reason to grow
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}

function offer(box) {
  box.current = box.offers(box.field.value, box.field.selectionStart).slice(0, 8);
  box.chosen = 0;
  show(box);
}

function show(box) {
  const { field, list, current, chosen } = box;
  if (list.hidden && !current.length) return;
  list.hidden = current.length === 0;
  list.replaceChildren(
    ...current.map((one, at) =>
      el(
        "li",
        {
          role: "option",
          id: `${list.id}-${at}`,
          "aria-selected": String(at === chosen),
          onpointerdown: (event) => (event.preventDefault(), take(box, at)),
        },
        el("b", {}, one.label),
        one.hint && el("code", {}, one.hint),
        el("small", {}, one.detail ?? ""),
      ),
    ),
  );
  if (current.length) field.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
  else field.removeAttribute("aria-activedescendant");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function hide(box) {
  box.current = [];
  show(box);
}

function take(box, at) {
  const { field, current } = box;
  const caret = field.selectionStart;
  const before = field.value.slice(0, current[at].from) + current[at].insert;
  const after = field.value.slice(caret);
  set(field, before + after);
  field.setSelectionRange(before.length, before.length);
  hide(box);
}

function typedKey(event, box) {
  if (event.isComposing) return;
  const { current, form } = box;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (current.length && step) {
    box.chosen = (box.chosen + step + current.length) % current.length;
    show(box);
  } else if (current.length && (event.key === "Tab" || (event.key === "Enter" && !complete(box))))
    take(box, box.chosen);
  else if (current.length && event.key === "Escape") hide(box);
  else if (event.key === "Enter" && !event.shiftKey) form.requestSubmit();
  else return;
  event.preventDefault();
}

/** Whether the chosen completion already stands there: then Enter sends. */
function complete({ field, current, chosen }) {
  const { from, insert } = current[chosen];
  return field.value.slice(from, field.selectionStart) === insert.trimEnd();
}
