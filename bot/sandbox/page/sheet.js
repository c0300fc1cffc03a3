/**
 * A list that rises from the foot of a phone, as WhatsApp shows its choices.
 */
import { el } from "./dom.js";

/**
 * @param screen the phone's screen, which it covers
 * @param anchor the button that opened it, to which the focus returns
 * @param items `{label, run}` in order
 */
export function sheet(screen, anchor, { title, items }) {
  const close = () => {
    cover.remove();
    anchor.focus({ preventScroll: true });
  };
  const rows = items.map(({ label, run }) =>
    el(
      "button",
      { type: "button", class: "sheet-row", onclick: () => (close(), run()) },
      el("span", {}, label),
      el("i", {}),
    ),
  );
  const box = el("div", { class: "sheet", role: "dialog", "aria-label": title }, el("b", {}, title), rows);
  const cover = el("div", { class: "sheet-cover" }, box);
  cover.addEventListener("click", (event) => event.target === cover && close());
  cover.addEventListener("keydown", (event) => walk(event, rows, close));
  cover.addEventListener(
    "focusout",
    ({ relatedTarget }) => relatedTarget && !cover.contains(relatedTarget) && cover.remove(),
  );
  screen.append(cover);
  rows[0]?.focus({ preventScroll: true });
}

function walk(event, rows, close) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
