/**
 * The guide's mark: a note beside the thing it speaks of, and a ring around that thing. Neither is ever in the way of a
 * click; in a narrow window the note stands in a line of its own.
 */
import { el } from "./dom.js";

const GAP = 14;
const EDGE = 10;
const LOOK_AGAIN_MS = 400;
const narrow = matchMedia("(max-width: 900px)");

/** @returns the node, with `show(note)` and `hide()` */
export function coach() {
  const box = el("aside", { class: "coach", hidden: true });
  const ring = el("div", { class: "ring", hidden: true, "aria-hidden": "true" });
  const mark = { box, ring, note: null, signature: "" };
  const again = () => requestAnimationFrame(() => place(mark));
  for (const name of ["scroll", "resize", "pointerup", "keyup", "focusin"]) addEventListener(name, again, true);
  setInterval(() => mark.note && place(mark), LOOK_AGAIN_MS); // what else moves things: pictures, fonts, animations
  document.body.append(ring);
  box.show = (note) => {
    mark.note = note;
    draw(mark);
    again();
  };
  box.hide = () => {
    mark.note = null;
    mark.signature = "";
    box.hidden = ring.hidden = true;
  };
  return box;
}

/** Written again only when its words change, so that screen readers speak once and the focus stays. */
function draw(mark) {
  const { box, note } = mark;
  const { label, at, all, title, text, buttons } = note;
  const signature = JSON.stringify([label, at, all, title, text, buttons.map((one) => one.label)]);
  if (signature === mark.signature) return;
  mark.signature = signature;
  const held = box.contains(document.activeElement);
  const dots = Array.from({ length: all }, (_, one) =>
    el("i", { class: one < at - 1 ? "past" : one === at - 1 ? "now" : "" }),
  );
  box.setAttribute("aria-label", label);
  box.replaceChildren(
    el("div", { class: "coach-words", role: "status" }, el("b", {}, title), el("p", {}, text)),
    el(
      "div",
      { class: "coach-foot" },
      at <= all && el("span", { class: "coach-dots", role: "img", "aria-label": note.step }, dots),
      buttons.map(pressable),
    ),
  );
  box.hidden = false;
  box.classList.remove("fresh");
  requestAnimationFrame(() => box.classList.add("fresh"));
  if (held) box.querySelector("button.primary, button")?.focus();
}

function pressable({ label, run, kind }) {
  return el("button", { type: "button", class: kind, onclick: () => run() }, label);
}

function place({ box, ring, note }) {
  if (!note) return;
  const target = visible(note.target());
  ring.hidden = !target;
  box.dataset.side = "none";
  if (target) {
    const { left, top, width, height } = target;
    Object.assign(ring.style, px({ left: left - 5, top: top - 5, width: width + 10, height: height + 10 }));
  }
  if (narrow.matches) return box.removeAttribute("style");
  const size = { width: box.offsetWidth, height: box.offsetHeight };
  const around = note.around?.()?.getBoundingClientRect() ?? target;
  const [side, spot] = target ? beside({ target, around }, size, note.sides) : ["none", corner(size)];
  box.dataset.side = side;
  Object.assign(box.style, px(spot));
  if (target) box.style.setProperty("--at", `${arrow(target, spot, size, side)}px`);
}

/** What of the node can be seen, or null. */
function visible(node) {
  if (!node?.isConnected || node.offsetParent === null || document.querySelector("dialog[open]")) return null;
  const at = node.getBoundingClientRect();
  const shelf = node.closest(".messages, .bubbles, .rail")?.getBoundingClientRect();
  const hidden = shelf && (at.bottom < shelf.top + EDGE || at.top > shelf.bottom - EDGE);
  const over = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
  const covered = over && !node.contains(over) && !over.contains(node); // by a menu, a thread, a list that rose
  return hidden || covered || !at.width ? null : at;
}

/** Beside `around`, level with the target in it. */
function beside({ target, around }, { width, height }, sides) {
  const middle = { left: target.left + target.width / 2 - width / 2, top: target.top + target.height / 2 - height / 2 };
  const spots = {
    right: { left: around.right + GAP, top: middle.top },
    left: { left: around.left - width - GAP, top: middle.top },
    below: { left: Math.max(target.left - 20, middle.left), top: around.bottom + GAP },
    above: { left: Math.max(target.left - 20, middle.left), top: around.top - height - GAP },
  };
  const fits = (side) => {
    const { left, top } = spots[side];
    if (side === "right" || side === "left") return left >= EDGE && left + width <= innerWidth - EDGE;
    return top >= EDGE && top + height <= innerHeight - EDGE;
  };
  const side = sides.find(fits) ?? sides[0];
  return [side, inside(spots[side], { width, height })];
}

function inside({ left, top }, { width, height }) {
  return {
    left: Math.max(EDGE, Math.min(left, innerWidth - width - EDGE)),
    top: Math.max(EDGE, Math.min(top, innerHeight - height - EDGE)),
  };
}

function corner({ width, height }) {
  return { left: innerWidth - width - 28, top: innerHeight - height - 96 };
}

function arrow(target, spot, size, side) {
  const along = side === "right" || side === "left";
  const [middle, start, length] = along
    ? [target.top + target.height / 2, spot.top, size.height]
    : [target.left + Math.min(target.width / 2, 160), spot.left, size.width];
  return Math.max(18, Math.min(middle - start, length - 18));
}

function px(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${Math.round(value)}px`]));
}
