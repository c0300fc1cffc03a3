/**
 * What lies over the page for a moment: menus, questions, notices.
 */
import { el } from "./dom.js";
import { sign } from "./icons.js";

/** Close whatever menu is open; a no-op when there is none. */
let closeMenu = () => {};

/**
 * A menu at a button. Arrow keys move, Escape returns to the button.
 *
 * @param anchor the button that opened it
 * @param items `{label, detail?, danger?, run}` in order; a null draws a line
 */
export function menu(anchor, items) {
  closeMenu();
  const choose = (item) => () => {
    closeMenu();
    anchor.focus({ preventScroll: true });
    item.run();
  };
  const rows = items.map((item) =>
    item
      ? el(
          "button",
          { role: "menuitem", type: "button", class: item.danger ? "danger" : null, onclick: choose(item) },
          el("span", {}, item.label),
          item.detail && el("small", {}, item.detail),
        )
      : el("hr"),
  );
  const box = el("div", { class: "menu", role: "menu", onkeydown: (event) => walk(event, box, anchor) }, rows);
  // Inside an open dialog the rest of the page is inert: the menu must live where its button lives.
  (anchor.closest("dialog") ?? document.body).append(box);
  place(box, anchor);
  anchor.setAttribute("aria-expanded", "true");
  const outside = (event) => !box.contains(event.target) && !anchor.contains(event.target) && closeMenu();
  document.addEventListener("pointerdown", outside, true);
  closeMenu = () => {
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
    box.remove();
    closeMenu = () => {};
  };
  box.querySelector("button")?.focus({ preventScroll: true });
}

function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 4 + height < innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}

function walk(event, box, anchor) {
  const rows = [...box.querySelectorAll("button")];
  const here = rows.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) rows[(here + step + rows.length) % rows.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") {
    closeMenu();
    anchor.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A yes-or-no question (`text`: a string or nodes); resolves to what was chosen, Escape is no. */
export function question({ title, text, yes = "OK", no = "Cancel", danger = null }) {
  return new Promise((resolve) => {
    const dialog = el(
      "dialog",
      { class: "modal small", "aria-label": title || yes },
      title && el("header", {}, el("h2", {}, title)),
      el("div", { class: "modal-body text" }, text),
      el(
        "form",
        { method: "dialog", class: "modal-foot" },
        el("button", { class: "button", value: "no" }, no),
        el("button", { class: `button ${danger ? "danger" : "primary"} solid`, value: "yes", autofocus: true }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const NOTICE_MS = 6000;

/** Say something briefly at the foot of the page; screen readers hear it. */
export function notice(text) {
  const board = document.getElementById("notices");
  const note = el(
    "div",
    { class: "notice", role: "alert" },
    text,
    el("button", { type: "button", "aria-label": "Dismiss", onclick: () => note.remove() }, sign("close")),
  );
  // A modal dialog makes the page around it inert and covers it: the notice joins the open one.
  (document.querySelector("dialog[open]") ?? board).append(note);
  setTimeout(() => note.remove(), NOTICE_MS);
}

/** Run what may be refused; a refusal is shown, and the answer is then null. */
export async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    notice(error.message);
    return null;
  }
}
