/**
 * Building and renewing the page. Text always becomes text nodes: nothing here parses markup.
 */
import { walkable } from "./keys.js";

/** An element; `onclick` and the like are listeners, false and null attributes and children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

/** The address if a person may safely be sent there, else null. */
export function safeLink(address) {
  return /^(https?:|mailto:|tel:)/i.test(address) ? address : null;
}

/** A link in a new tab, or plain text when the address is not one to follow. */
export function link(address, label = address) {
  const href = safeLink(address);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label) : el("span", {}, label);
}

/** A button that shows a picture and says its label. */
export function icon(label, picture, onclick, more = {}) {
  return el("button", { type: "button", class: "icon", title: label, "aria-label": label, onclick, ...more }, picture);
}

/** A scrolling list to which things are added at the end; screen readers announce them, the arrows go through them. */
export function log(label, name) {
  const node = el("div", { class: name, role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0" });
  walkable(node);
  return node;
}

/** A round picture of somebody: the initial on their colour. */
export function avatar(name, color, extra = "") {
  const initial = name?.match(/[\p{L}\p{N}]/u)?.[0] ?? name?.[0] ?? "?";
  const node = el("span", { class: `avatar ${extra}`, "aria-hidden": "true" }, initial.toUpperCase());
  node.style.background = color || tint(name || "");
  return node;
}

/** The square picture of somebody in Slack, in their colour there. */
export function portrait({ real_name, name, color }) {
  return avatar(real_name || name, color && `#${color.replace(/^#/, "")}`, "square");
}

const TINTS = ["#c2554d", "#b8742a", "#5c8a3a", "#2f8a7a", "#3378b8", "#6a5cc0", "#a04f93", "#8a6b4f"];

/** A colour that stays the same for the same name. */
export function tint(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 29 + letter.codePointAt(0)) % 9973;
  return TINTS[sum % TINTS.length];
}

/**
 * Make the children of `parent` show `items`, touching only what changed, so that focus, scroll and what screen readers
 * announce stay with the person. `key` names an item; it is built again when its JSON differs.
 */
export function keyed(parent, items, { key, build }) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const wanted = new Set(items.map((item) => String(key(item))));
  const left = [...old.values()].some((node) => !wanted.has(node.dataset.key) && node.contains(document.activeElement));
  for (const [id, node] of old) if (!wanted.has(id)) node.remove();
  if (left) parent.focus({ preventScroll: true });
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = String(key(item));
    const before = old.get(id);
    const node = renewed(before, { id, item, build });
    if (!before && old.size) node.classList.add("arriving");
    if (before === place) place = place.nextElementSibling;
    if (before && before !== node) exchange(before, node);
    if (node.parentNode !== parent || node.nextElementSibling !== place) parent.insertBefore(node, place);
  }
}

function renewed(node, { id, item, build }) {
  const signature = JSON.stringify(item);
  if (node?.signature === signature) return node;
  const fresh = build(item);
  fresh.dataset.key = id;
  fresh.signature = signature;
  return fresh;
}

function exchange(node, fresh) {
  const held = node.contains(document.activeElement) ? document.activeElement : null;
  keepPlaying(node, fresh);
  node.replaceWith(fresh);
  if (!held) return;
  fresh.complete?.();
  const same = [...fresh.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === held.dataset.focus);
  if (same) same.focus({ preventScroll: true });
  else fresh.focus({ preventScroll: true });
}

/** A sound or film that somebody has begun to play goes on, whatever else of its message has changed. */
function keepPlaying(node, fresh) {
  for (const playing of node.querySelectorAll("audio, video")) {
    if (!playing.currentTime) continue;
    const same = [...fresh.querySelectorAll("audio, video")].find((one) => one.src === playing.src);
    same?.replaceWith(playing);
  }
}

/**
 * Whoever reads the end of a scrolling list stays at its end, whatever is added and however the window changes.
 *
 * @returns a function that runs a change of the list; `afresh` begins at the end
 */
export function sticky(list) {
  let atEnd = true;
  let last = 0;
  const follow = () => {
    if (atEnd) list.scrollTop = list.scrollHeight;
  };
  const down = () => {
    list.scrollTop = list.scrollHeight;
    list.focus({ preventScroll: true });
  };
  const latest = el("button", { type: "button", class: "latest", hidden: true, onclick: down }, "↓ Latest");
  list.addEventListener("scroll", () => {
    const near = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    atEnd = near || (atEnd && list.scrollTop >= last); // what is added may be faster than this event
    last = list.scrollTop;
    if (atEnd) latest.hidden = true;
  });
  new ResizeObserver(follow).observe(list);
  const later = () => requestAnimationFrame(follow); // once a picture that came has its room
  for (const late of ["load", "loadedmetadata", "error"]) list.addEventListener(late, later, true);
  return (change, { afresh }) => {
    const before = list.lastElementChild?.dataset.key;
    change();
    if (!latest.parentNode) list.after(latest);
    atEnd ||= afresh;
    latest.hidden = atEnd || (latest.hidden && list.lastElementChild?.dataset.key === before);
    follow();
  };
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Hours and minutes here, of seconds since 1970. */
export function clock(seconds) {
  return CLOCK.format(new Date(Number(seconds) * 1000));
}

/** One call for a burst of changes, after the running task. */
export function soon(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      work();
    });
  };
}
