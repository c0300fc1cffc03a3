/**
 * The customers: a row of faces, and the phones of as many of them as there is room for.
 */
import { avatar, el, keyed, soon } from "./dom.js";
import { sign } from "./icons.js";
import { askNewcomer } from "./newcomer.js";
import { phone } from "./phone.js";
import { heard, say } from "./words.js";

/** How wide a window must be for a second and a third phone. */
const ROOM = [matchMedia("(min-width: 1600px)"), matchMedia("(min-width: 2100px)")];
const CLOCK_MS = 20_000;

/**
 * @param owners `{store, messenger}` of each messenger
 * @returns the node, with `draw()`; `choose(key)`, whose phone is shown; `write(key)`, which goes to its composer, too;
 *   `of(key)`, a phone's node or null; `first(language)` and `front()`, somebody as `{key, store, messenger, person}`;
 *   and `watch(watcher)`, who is told of each drawing
 */
export function phonesPane(owners) {
  const pane = { owners, watchers: [], chosen: [], order: [], phones: new Map(), seen: new Map() };
  const rail = el("div", { class: "rail", role: "group" });
  const row = el("div", { class: "phone-row" });
  const node = el("section", { class: "phones" }, rail, row);
  const draw = soon(() => {
    settle(pane);
    drawPhones(pane, row);
    drawRail(pane, rail, choose);
    inSight(pane, rail);
    node.setAttribute("aria-label", say("customers"));
    rail.setAttribute("aria-label", say("customers.pick"));
    pane.watchers.forEach((watcher) => watcher());
  });
  const choose = (key) => {
    pane.chosen = [key, ...pane.order.filter((one) => one !== key)];
    draw();
  };
  owners.forEach(({ store }) => store.subscribe(draw));
  ROOM.forEach((room) => room.addEventListener("change", draw));
  heard(draw);
  setInterval(draw, CLOCK_MS);
  const first = (language) => everybody(owners).find(({ person }) => person.language_code === language);
  const front = () => everybody(owners).find(({ key }) => key === pane.order[0]);
  const write = (key) => {
    choose(key);
    requestAnimationFrame(() => pane.phones.get(key)?.write());
  };
  const of = (key) => pane.phones.get(key) ?? null;
  const watch = (watcher) => pane.watchers.push(watcher);
  return Object.assign(node, { draw, choose, write, first, front, of, watch });
}

function everybody(owners) {
  return owners.flatMap(({ store, messenger }) =>
    store.people.map((person) => ({ key: `${messenger.name}-${person.id}`, store, messenger, person })),
  );
}

/** Who is shown first: the last chosen, then, before any choice, one of each messenger. */
function settle(pane) {
  const all = everybody(pane.owners);
  const keys = new Set(all.map((one) => one.key));
  const firsts = pane.owners.map(({ messenger }) => all.find((one) => one.messenger === messenger)?.key);
  const known = pane.chosen.filter((key) => keys.has(key));
  pane.order = [...new Set([...known, ...firsts.filter(Boolean), ...keys])];
  for (const [key, node] of pane.phones) {
    if (keys.has(key)) continue;
    node.remove();
    pane.phones.delete(key);
  }
}

function shown(pane) {
  const room = 1 + ROOM.filter((one) => one.matches).length;
  return new Set(pane.order.slice(0, room));
}

function drawPhones(pane, row) {
  const here = shown(pane);
  for (const { key, store, messenger, person } of everybody(pane.owners)) {
    if (here.has(key) && !pane.phones.has(key)) pane.phones.set(key, phone(store, messenger, person.id));
    const node = pane.phones.get(key);
    if (!node) continue;
    row.append(...(node.parentNode === row ? [] : [node]));
    node.hidden = !here.has(key);
    if (!node.hidden) node.draw();
  }
}

function drawRail(pane, rail, choose) {
  const here = shown(pane);
  const items = everybody(pane.owners).map(({ key, messenger, person }) => {
    const heardOf = person.messages.filter((one) => one.from_bot).length;
    const open = here.has(key) && rail.offsetParent !== null;
    if (open || !pane.seen.has(key)) pane.seen.set(key, heardOf);
    const unread = Math.max(0, heardOf - pane.seen.get(key));
    return {
      key,
      name: person.first_name,
      style: messenger.style,
      messenger: messenger.name,
      shown: here.has(key),
      unread,
    };
  });
  keyed(rail, [...items, { key: "new", label: say("customers.new") }], {
    key: (item) => item.key,
    build: (item) => (item.label ? newFace(item, pane, choose) : face(item, choose)),
  });
}

/** Whoever was chosen last stands where one sees them; once, so that one may scroll on. */
function inSight(pane, rail) {
  if (pane.sight === pane.order[0]) return;
  pane.sight = pane.order[0];
  [...rail.children]
    .find((one) => one.dataset.key === pane.sight)
    ?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function face({ key, name, style, messenger, shown: pressed, unread }, choose) {
  const badge = style === "on-whatsapp" ? "bubble" : "plane";
  return el(
    "button",
    {
      type: "button",
      class: `face ${style}`,
      title: `${name} · ${messenger}`,
      "aria-pressed": String(pressed),
      "aria-label": `${name}, ${messenger}${unread ? `, ${unread} ${say("new")}` : ""}`,
      "data-focus": "face",
      onclick: () => choose(key),
    },
    el("span", { class: "face-ring" }, avatar(name), el("span", { class: "face-app" }, sign(badge))),
    unread > 0 && el("span", { class: "badge" }, String(unread)),
    el("span", { class: "face-name" }, name),
  );
}

function newFace({ label }, { owners }, choose) {
  const open = () => askNewcomer(owners, choose);
  return el(
    "button",
    { type: "button", class: "face face-new", title: label, "aria-label": label, "data-focus": "face", onclick: open },
    el("span", { class: "face-ring" }, el("span", { class: "avatar" }, sign("plus"))),
    el("span", { class: "face-name" }, say("customers.add")),
  );
}
