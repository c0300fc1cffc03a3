/**
 * The Slack workspace: who one is, the sidebar, the open channel, and the thread beside it.
 */
import { channelPane } from "./channel.js";
import { Desk } from "./desk.js";
import { el, keyed, portrait, soon } from "./dom.js";
import { homePane } from "./home.js";
import { sign } from "./icons.js";
import { modals } from "./modal.js";
import { notice } from "./popup.js";
import { threadPane } from "./thread.js";

/**
 * @param options.become called with the id of the person to be from now on
 * @returns the node, with `desk`
 */
export function slackPane(store, { become }) {
  const draw = soon(() => {
    desk.settle();
    parts.forEach((part) => part.draw());
    openForms();
    node.classList.toggle("offline", !store.online);
    desk.drawn();
  });
  const desk = new Desk(store, { draw, write: () => thread.write(), back: (ts) => channel.back(ts) });
  const thread = threadPane(desk);
  const openForms = modals(store);
  const [top, side, channel, home] = [agents(desk, become), sidebar(desk), channelPane(desk), homePane(desk)];
  const parts = [top, side, channel, home, thread];
  const node = el(
    "section",
    { class: "slack", "aria-label": "Slack", id: "slack" },
    top,
    side,
    el("main", { class: "slack-main" }, channel, home),
    thread,
  );
  store.subscribe(draw);
  node.addEventListener("click", (event) => {
    const address = event.target.closest("a")?.href;
    if (address && desk.followed(address)) event.preventDefault();
  });
  store.onframe = (frame) => {
    if (frame.type === "notice") notice(frame.text);
    desk.hear(frame);
  };
  node.desk = desk;
  return node;
}

function agents(desk, become) {
  const { store } = desk;
  const list = el("div", { class: "agent-list", role: "group", "aria-label": "Which agent are you?" });
  const team = el("b", { class: "team" });
  const node = el("header", { class: "agents" }, team, el("span", { class: "spacer" }), list);
  const row = ({ user, mine }) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(mine),
        title: [user.real_name || user.name, user.title].filter(Boolean).join(" · "),
        "data-focus": user.id,
        onclick: () => become(user.id),
      },
      portrait(user),
      el("span", { class: "agent-name" }, user.real_name || user.name, user.title && el("small", {}, user.title)),
    );
  node.draw = () => {
    team.textContent = store.team || "Workspace";
    const items = store.people.map((user) => ({ user, mine: user.id === store.me }));
    keyed(list, items, { key: (item) => item.user.id, build: row });
  };
  return node;
}

function sidebar(desk) {
  const { store } = desk;
  const channels = el("div", { class: "side-list" });
  const apps = el("div", { class: "side-list" });
  const label = { class: "sidebar", "aria-label": "Channels" };
  const node = el("nav", label, el("h2", {}, "Channels"), channels, el("h2", {}, "Apps"), apps);
  const options = { key: (item) => item.id, build: (item) => sideRow(item, desk) };
  const marks = (id) => ({ id, current: !desk.home && desk.channel === id, unread: desk.unread.get(id) ?? 0 });
  node.draw = () => {
    const rows = (kind, found) => found.map(({ id, name }) => ({ kind, name, ...marks(id) }));
    const talks = store.channels.filter((one) => one.direct);
    keyed(
      channels,
      rows(
        "channel",
        store.channels.filter((one) => !one.direct),
      ),
      options,
    );
    const home = { id: "home", kind: "home", name: `${store.names.user(store.bot) ?? "App"} Home`, current: desk.home };
    keyed(apps, [home, ...rows("app", talks)], options);
  };
  return node;
}

function sideRow({ id, kind, name, current, unread }, desk) {
  const attributes = { class: unread ? "unread" : "", "aria-current": current ? "page" : null, "data-focus": id };
  return el(
    "button",
    { type: "button", ...attributes, onclick: () => (kind === "home" ? desk.openHome() : desk.open(id)) },
    kind === "app"
      ? portrait(desk.store.users.get(desk.store.bot) ?? { name })
      : sign(kind === "home" ? "home" : "hash"),
    el("span", { class: "side-name" }, name),
    unread > 0 && el("span", { class: "badge", "aria-label": `${unread} new` }, String(unread)),
  );
}
