/**
 * One message in Slack: who, when, what, reactions, and what can be done with it.
 */
import { renderBlocks } from "./blockkit.js";
import { composer } from "./composer.js";
import { avatar, clock, el } from "./dom.js";
import { SLACK } from "./api.js";
import { emoji, QUICK } from "./emoji.js";
import { fileNode } from "./files.js";
import { sign } from "./icons.js";
import { mrkdwn, nearDay, typed } from "./mrkdwn.js";
import { attempt, menu, question } from "./popup.js";

/**
 * @param item `{message, compact, thread, inThread}`: the JSON, whether it continues the one above, the summary of its
 *   thread (`{count, last, unread}`) or null where that is not shown, and whether it is shown inside a thread
 * @param desk the workspace pane: a `Desk`
 */
export function messageNode(item, desk) {
  const { message, compact } = item;
  const author = authorOf(message, desk.store);
  const kind = [message.ephemeral && "ephemeral", compact && "compact", message.subtype].filter(Boolean).join(" ");
  const node = el(
    "article",
    { class: `message ${kind}`, tabindex: "-1", "aria-label": `${author.name}, ${clock(message.ts)}` },
    compact ? el("time", { class: "gutter" }, clock(message.ts)) : avatar(author.name, author.color, "square"),
    el(
      "div",
      { class: "message-main" },
      message.ephemeral && onlyYou(message, desk),
      message.subtype === "thread_broadcast" && broadcastLine(item, desk),
      !compact &&
        el(
          "div",
          { class: "by" },
          el("b", {}, author.name),
          author.app && el("span", { class: "app" }, "APP"),
          el("time", { title: new Date(message.ts * 1000).toLocaleString() }, clock(message.ts)),
        ),
      desk.editing === message.ts ? editor(message, desk) : body(message, desk),
      reactions(message, desk),
      item.thread && threadLink(message, item.thread, desk),
    ),
  );
  if (!message.ephemeral && message.subtype !== "tombstone") equip(node, () => toolbar(message, item, desk));
  return node;
}

/** The tools of a message are made when somebody comes near it: long lists are quick, and Tab is not lost in them. */
function equip(node, build) {
  let tools = null;
  node.complete = () => {
    tools ??= build();
    if (!tools.parentNode) node.append(tools);
  };
  for (const near of ["pointerenter", "focusin"]) node.addEventListener(near, node.complete);
}

function onlyYou({ ts }, desk) {
  const dismiss = { type: "button", "data-focus": "dismiss", onclick: () => desk.store.dismiss(ts) };
  return el("div", { class: "only-you" }, sign("eye"), "Only visible to you · ", el("button", dismiss, "Dismiss"));
}

/** Name, colour and whether it is an app, of whoever wrote. */
export function authorOf(message, store) {
  const user = store.users.get(message.user);
  const app = Boolean(message.bot_id) || Boolean(user?.is_bot);
  const name = message.username || user?.real_name || user?.name || (app ? "App" : "Slackbot");
  const color = user?.color ? `#${user.color.replace(/^#/, "")}` : null;
  return { name, app, color: message.username ? null : color };
}

function body(message, desk) {
  const around = {
    names: desk.store.names,
    people: () => desk.store.people,
    press: (action) => desk.press(message, action),
  };
  const hasBlocks = message.blocks?.length > 0;
  return el(
    "div",
    { class: "body" },
    hasBlocks
      ? renderBlocks(message.blocks, around)
      : message.text && el("div", { class: "text" }, mrkdwn(message.text, around.names)),
    (message.attachments ?? []).map((one) =>
      el(
        "div",
        { class: "attachment" },
        one.blocks ? renderBlocks(one.blocks, around) : mrkdwn(one.text ?? one.fallback ?? "", around.names),
      ),
    ),
    message.files?.length > 0 && el("div", { class: "files" }, message.files.map(fileOf)),
    message.edited && el("small", { class: "edited" }, "(edited)"),
  );
}

const LOOKS = { image: "picture", audio: "sound", video: "film" };

function fileOf({ id, name, title, mimetype, size, mode, preview }) {
  if (mode === "tombstone") return el("span", { class: "gone" }, "This file was deleted.");
  const file = { id, name: name ?? title, mime: mimetype, size };
  const node = fileNode(SLACK, file, LOOKS[mimetype?.split("/")[0]] ?? "card", "file");
  return preview && mimetype?.startsWith("text/") ? el("div", { class: "file" }, node, el("pre", {}, preview)) : node;
}

function broadcastLine({ message, inThread }, desk) {
  if (inThread) return el("div", { class: "replied-to" }, "also sent to the channel");
  return el(
    "button",
    { type: "button", class: "replied-to", onclick: () => desk.openThread(message.thread_ts) },
    "replied to a thread",
  );
}

function editor(message, desk) {
  const send = async (text) => {
    const done = await desk.say("edit", { channel: desk.channel, ts: message.ts, text });
    if (done) desk.edit(null);
    return done;
  };
  const cancel = el("button", { type: "button", class: "button", onclick: () => desk.edit(null) }, "Cancel");
  const form = composer({
    label: "Edit the message",
    send,
    className: "editor",
    extra: [cancel],
    text: typed(message.text ?? "", desk.store.names),
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && desk.edit(null));
  queueMicrotask(() => form.field.focus());
  return form;
}

function reactions(message, desk) {
  if (!message.reactions?.length) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map((one) => {
      const mine = one.users.includes(desk.store.me);
      const who = one.users.map((id) => desk.store.names.user(id) ?? id).join(", ");
      return el(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(mine),
          title: `${who} · :${one.name}:`,
          "aria-label": `${one.name.replaceAll("_", " ")}, ${one.count}, ${who}`,
          "data-focus": `reaction-${one.name}`,
          onclick: () => react(message, one.name, desk),
        },
        el("span", {}, emoji(one.name) ?? `:${one.name}:`),
        el("span", { class: "count" }, String(one.count)),
      );
    }),
  );
}

function react(message, name, desk) {
  const mine = message.reactions?.some((one) => one.name === name && one.users.includes(desk.store.me));
  return desk.say(mine ? "unreact" : "react", { channel: desk.channel, ts: message.ts, name });
}

function threadLink(message, { count, last, unread }, desk) {
  if (!count) return null;
  const day = nearDay(new Date(last * 1000));
  return el(
    "button",
    {
      type: "button",
      class: `thread-link ${unread ? "unread" : ""}`,
      "data-focus": "thread",
      onclick: () => desk.openThread(message.ts),
    },
    el("b", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    el("span", {}, `Last ${day && day !== "today" ? `${day} ` : ""}at ${clock(last)}`),
    el("span", { class: "go" }, "View thread ›"),
  );
}

function toolbar(message, item, desk) {
  const tool = (label, picture, run) =>
    el(
      "button",
      {
        type: "button",
        title: label,
        "aria-label": label,
        "data-focus": `tool-${label}`,
        onclick: (event) => run(event.currentTarget),
      },
      picture,
    );
  return el(
    "div",
    { class: "tools", role: "group", "aria-label": "Actions" },
    tool("Add a reaction", sign("smile"), (at) =>
      menu(
        at,
        QUICK.map((name) => ({
          label: `${emoji(name)} ${name.replaceAll("_", " ")}`,
          run: () => react(message, name, desk),
        })),
      ),
    ),
    item.thread &&
      tool("Reply in thread", sign("thread"), () => desk.openThread(message.thread_ts ?? message.ts, { write: true })),
    tool("More actions", sign("dots"), (at) => menu(at, moreItems(message, desk))),
  );
}

function moreItems(message, desk) {
  const { store, channel } = desk;
  const target = { channel, ts: message.ts };
  const shortcuts = store.shortcuts
    .filter((one) => one.type !== "global")
    .map((one) => ({
      label: one.name ?? one.callback_id,
      detail: "shortcut",
      run: () => desk.say("shortcut", { callback_id: one.callback_id, ...target }),
    }));
  const copy = {
    label: "Copy text",
    run: () => attempt(navigator.clipboard.writeText(typed(message.text ?? "", store.names))),
  };
  const own =
    message.user === store.me && !message.bot_id
      ? [
          null,
          { label: "Edit message", run: () => desk.edit(message.ts) },
          { label: "Delete message…", danger: true, run: () => remove(target, desk) },
        ]
      : [];
  return [...shortcuts, ...(shortcuts.length ? [null] : []), copy, ...own];
}

async function remove(target, desk) {
  const sure = await question({ title: "Delete message", text: "This can’t be undone.", yes: "Delete", danger: true });
  if (sure) await desk.say("delete", target);
}
