/**
 * The Slack workspace: who one is, the sidebar, the open channel, and the thread beside it.
 */
import { SLACK, act } from "./api.js";
import { renderBlocks } from "./blockkit.js";
import { composer, set } from "./composer.js";
import { avatar, el, keyed, soon, sticky } from "./dom.js";
import { messageNode, press } from "./message.js";
import { modals } from "./modal.js";
import { nearDay } from "./mrkdwn.js";
import { completions } from "./offers.js";
import { attempt, notice } from "./popup.js";
import { follows, isReply } from "./state.js";
import { threadPane } from "./thread.js";

const HOME = "home";

/**
 * @param options.become called with the id of the person to be from now on
 * @param options.acted called with the name of each act that went well
 */
export function slackPane(store, { become, acted }) {
  const desk = {
    store, channel: null, thread: null, editing: null, unread: new Map(), unreadThreads: new Set(),
    async say(name, body) {
      const done = await attempt(act(SLACK, name, { as: store.me, ...body }));
      if (done) acted(name);
      return Boolean(done);
    },
    async press(message, action) {
      if (await press(store, desk.channel, message, action)) acted("press");
    },
    openThread(ts, { write = false } = {}) {
      desk.thread = ts;
      desk.unreadThreads.delete(ts);
      draw();
      // After the drawing, which also waits for the end of this task; a phone's keyboard would hide the thread.
      if (write || matchMedia("(hover: hover)").matches) queueMicrotask(thread.write);
    },
    closeThread() {
      desk.thread = null;
      draw();
    },
    edit(ts) {
      desk.editing = ts;
      draw();
    },
    open(channel) {
      desk.channel = channel;
      desk.thread = null;
      desk.unread.delete(channel);
      draw();
    },
    offersInThread: (text, caret) => completions(store, text, caret, []),
  };
  const parts = { agents: agents(desk, become), sidebar: sidebar(desk), channel: channelPane(desk), home: homePane(desk) };
  const thread = threadPane(desk);
  const openForms = modals(store);
  const node = el("section", { class: "slack", "aria-label": "Slack", id: "slack" }, parts.agents, parts.sidebar,
    el("main", { class: "slack-main" }, parts.channel, parts.home), thread);
  const draw = soon(() => {
    desk.channel ??= firstChannel(store);
    if (desk.channel !== HOME && !store.channels.some((one) => one.id === desk.channel)) desk.channel = firstChannel(store);
    Object.values(parts).forEach((part) => part.draw());
    thread.draw();
    openForms();
    node.classList.toggle("with-thread", Boolean(desk.thread));
    node.classList.toggle("offline", !store.online);
  });
  store.subscribe(draw);
  store.onframe = (frame) => hear(desk, frame);
  node.desk = desk;
  return node;
}

function firstChannel(store) {
  return (store.channels.find((one) => one.is_member) ?? store.channels[0])?.id ?? null;
}

function hear(desk, { type, channel, message, text }) {
  if (type === "notice") notice(text);
  if (type !== "message" || !message || message.user === desk.store.me) return;
  if (isReply(message)) {
    if (desk.thread !== message.thread_ts) desk.unreadThreads.add(message.thread_ts);
  } else if (channel !== desk.channel) desk.unread.set(channel, (desk.unread.get(channel) ?? 0) + 1);
}

function agents(desk, become) {
  const { store } = desk;
  const list = el("div", { class: "agent-list", role: "group", "aria-label": "Which agent are you?" });
  const team = el("b", { class: "team" });
  const node = el("header", { class: "agents" }, team, el("span", { class: "spacer" }),
    el("span", { class: "as", "aria-hidden": "true" }, "You are"), list);
  const row = ({ user, mine }) =>
    el("button", { type: "button", "aria-pressed": String(mine), title: user.role ?? "",
      "data-focus": user.id, onclick: () => become(user.id) },
      avatar(user.real_name || user.name, user.color && `#${user.color.replace("#", "")}`, "square"),
      el("span", {}, user.real_name || user.name),
      user.role && !["member", "bot"].includes(user.role) && el("small", {}, user.role));
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
  const node = el("nav", { class: "sidebar", "aria-label": "Channels" },
    el("h2", {}, "Channels"), channels, el("h2", {}, "Apps"), apps);
  const row = ({ id, sign, name, current, unread }) =>
    el("button", { type: "button", class: unread ? "unread" : "", "aria-current": current ? "page" : null, "data-focus": id,
      onclick: () => go(desk, id) },
      el("span", { class: "sign", "aria-hidden": "true" }, sign), el("span", { class: "side-name" }, name),
      unread > 0 && el("span", { class: "badge", "aria-label": `${unread} new` }, String(unread)));
  const options = { key: (item) => item.id, build: row };
  node.draw = () => {
    keyed(channels, store.channels.map((one) => ({ id: one.id, sign: one.direct ? "●" : "#", name: one.name,
      current: desk.channel === one.id, unread: desk.unread.get(one.id) ?? 0 })), options);
    const bot = store.users.get(store.bot) ?? [...store.users.values()].find((one) => one.is_bot);
    const app = { id: HOME, sign: "⌂", name: bot?.real_name || bot?.name || "App", current: desk.channel === HOME, unread: 0 };
    keyed(apps, bot ? [app] : [], options);
  };
  return node;
}

function go(desk, id) {
  desk.open(id);
  // Opening the Home tab is itself an event for the app; a workspace without one has nothing to show.
  if (id === HOME) act(SLACK, "open_home", { as: desk.store.me }).catch(() => {});
}

function channelPane(desk) {
  const { store } = desk;
  const title = el("h2", {});
  const list = el("div", { class: "messages", role: "log", "aria-live": "polite", "aria-label": "Channel", tabindex: "0" });
  const empty = el("div", { class: "empty" },
    el("b", {}, "Nothing here yet"), el("p", {}, "Write as a customer in a phone: a card appears in the desk’s channel."));
  const form = composer({
    label: "Message the channel",
    offers: (text, caret) => completions(store, text, caret, store.commands),
    send: (text) => desk.say(text.startsWith("/") ? "command" : "post", { channel: desk.channel, text }),
  });
  const slash = el("button", { type: "button", class: "icon", title: "Commands", "aria-label": "Show the commands",
    onclick: () => (form.field.focus(), set(form.field, "/")) }, "/");
  form.insertBefore(slash, form.field);
  const node = el("div", { class: "channel" }, el("header", {}, title), list, empty, el("div", { class: "foot" }, form));
  const stick = sticky(list);
  let shown = null;
  node.draw = () => {
    node.hidden = desk.channel === HOME;
    if (node.hidden || !desk.channel) return;
    const name = store.names.channel(desk.channel);
    title.textContent = `# ${name ?? ""}`;
    form.field.placeholder = `Message #${name ?? ""}`;
    const rows = items(desk);
    empty.hidden = rows.length > 0;
    const fill = () => keyed(list, rows, { key: (item) => item.key, build: (item) => row(item, desk) });
    stick(fill, { afresh: shown !== desk.channel });
    shown = desk.channel;
  };
  return node;
}

function items(desk) {
  const { store, channel, editing } = desk;
  const threads = store.threads(channel);
  let day = null;
  let above = null;
  return store.roots(channel).flatMap((message) => {
    const today = new Date(message.ts * 1000).toDateString();
    const line = today === day ? [] : [{ key: today, day: today }];
    const item = { key: message.ts, message, compact: !line.length && follows(above, message), me: store.me,
      editing: editing === message.ts, thread: summary(desk, message, threads) };
    day = today;
    above = message;
    return [...line, item];
  });
}

function summary({ unreadThreads }, message, threads) {
  if (message.ephemeral || isReply(message)) return null;
  return { count: 0, ...threads.get(message.ts), unread: unreadThreads.has(message.ts) };
}

function row(item, desk) {
  if (!item.day) return messageNode(item, desk);
  const date = new Date(item.day);
  const long = date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
  return el("div", { class: "day" }, el("span", {}, nearDay(date)?.replace(/^./, (one) => one.toUpperCase()) ?? long));
}

function homePane(desk) {
  const { store } = desk;
  const body = el("div", { class: "home-body" });
  const node = el("div", { class: "home", hidden: true }, el("header", {}, el("h2", {}, "Home")), body);
  const around = {
    names: store.names,
    people: () => store.people,
    press: (action) => desk.say("press_in_view", { view_id: store.home.id, ...action }),
  };
  const build = ({ blocks }) => el("div", {}, blocks ? renderBlocks(blocks, around) : "Nothing here yet.");
  node.draw = () => {
    node.hidden = desk.channel !== HOME;
    keyed(body, [{ blocks: store.home?.blocks ?? null, me: store.me }], { key: () => "view", build });
  };
  return node;
}
