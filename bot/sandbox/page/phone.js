/**
 * One customer's phone: the chat with the bot.
 */
import { act } from "./api.js";
import { bubble, excerpt, KINDS, seconds } from "./bubble.js";
import { chatWords } from "./chatwords.js";
import { composer, set } from "./composer.js";
import { avatar, clock, el, icon, keyed, log, sticky } from "./dom.js";
import { sign } from "./icons.js";
import { nearDay } from "./mrkdwn.js";
import { attempt, menu } from "./popup.js";
import { sheet } from "./sheet.js";
import { dropping } from "./tray.js";

const READ_AFTER_MS = 1500;

/** The phone of the person with this id; returns the node, with `draw()` and `write()`, which goes to its composer. */
export function phone(store, messenger, id) {
  const chat = {
    store,
    messenger,
    reply: null,
    editing: null,
    person: () => store.person(id),
    async say(name, body = {}) {
      return (await attempt(act(messenger.base, name, { as: id, ...body }))) !== null;
    },
    press: (message_id, choice) => chat.say("presses", { message_id, ...messenger.pressed(choice) }),
    answer: (message) => aim(chat, { reply: message }),
    edit: (message) => aim(chat, { editing: message }),
    choose: (anchor, choices) => sheet(screen, anchor, choices),
  };
  const parts = [statusBar(chat), heading(chat), conversation(chat), foot(chat)];
  const screen = el("div", { class: "screen" }, parts);
  const node = el("section", { class: `phone ${messenger.style}` }, el("div", { class: "frame" }, screen));
  node.draw = chat.draw = () => {
    if (!chat.person()) return;
    node.setAttribute("aria-label", `${chat.person().first_name}, ${messenger.name}`);
    for (const part of parts) part.draw();
    reading(chat, node);
  };
  dropping(node, (files) => chat.tray.take(files));
  node.write = () => chat.field.focus();
  return node;
}

/** Who has the chat before their eyes has read it a moment later; only where messengers tell of it. */
function reading(chat, node) {
  const { messages } = chat.person();
  if (chat.eyes || !messages.some((one) => one.from_bot && ["sent", "delivered"].includes(one.status))) return;
  if (node.offsetParent === null) return;
  chat.eyes = setTimeout(() => {
    chat.eyes = null;
    if (node.offsetParent !== null) chat.say("reads");
  }, READ_AFTER_MS);
}

/** Start (or, with neither, end) answering or editing a message. */
function aim(chat, { reply = null, editing = null }) {
  Object.assign(chat, { reply, editing });
  chat.draw();
  if (editing) {
    chat.tray.drop(chat.tray.files);
    set(chat.field, editing.text ?? editing.caption ?? "");
  }
  if (reply || editing) chat.field.focus();
}

function statusBar(chat) {
  const time = el("span", {});
  const whose = el("b", {});
  const node = el("div", { class: "status-bar", "aria-hidden": "true" }, time, whose, el("i", {}));
  node.draw = () => {
    const { first_name, language_code } = chat.person();
    time.textContent = clock(Date.now() / 1000);
    whose.textContent = language_code ? `${first_name} · ${language_code}` : first_name;
  };
  return node;
}

function heading(chat) {
  const state = el("small", { "aria-live": "polite" });
  const name = el("b", {});
  const more = icon("More", sign("dots"), () => menu(more, [blocking(chat)]), { "aria-haspopup": "menu" });
  const face = el("span", { class: "chat-face" }, sign("back"), avatar("", "var(--bot)"));
  const node = el("header", { class: "chat-head" }, face, el("div", {}, name, state), more);
  node.draw = () => {
    const title = chat.store.bot?.first_name ?? "Bot";
    const types = chat.store.types(chat.person().id);
    if (name.textContent !== title) face.lastChild.replaceWith(avatar(title, "var(--bot)"));
    name.textContent = title;
    if (state.classList.contains("typing") !== types || !state.textContent)
      state.replaceChildren(
        ...(types
          ? [chatWords(chat.person().language_code).typing, el("span", { class: "dots" }, el("i"), el("i"), el("i"))]
          : [chat.messenger.they]),
      );
    state.classList.toggle("typing", types);
  };
  return node;
}

function blocking(chat) {
  const { they } = chat.messenger;
  if (chat.person().blocked) return { label: `Unblock the ${they}`, run: () => chat.say("unblocks") };
  return { label: `Block the ${they}`, danger: true, run: () => chat.say("blocks") };
}

function conversation(chat) {
  const list = log("Chat", "bubbles");
  const stick = sticky(list);
  let fresh = true;
  list.draw = () => {
    const build = (item) => (item.message ? bubble(item, chat) : aside(item, chat));
    stick(() => keyed(list, items(chat.person()), { key: (item) => item.key, build }), { afresh: fresh });
    fresh = false;
  };
  return list;
}

function items({ id, messages, language_code, first_name }) {
  if (!messages.length) return [{ key: "start", id, name: first_name, language_code }];
  const lastOfBot = messages.findLastIndex((one) => one.from_bot);
  let day = null;
  return messages.flatMap((message, at) => {
    const today = new Date(seconds(message.date) * 1000).toDateString();
    const line = today === day ? [] : [{ key: today, day: today, language_code }];
    day = today;
    const answered = message.reply_to?.message_id ?? message.reply_to;
    const quoted = answered ? (messages.find((one) => one.message_id === answered) ?? null) : null;
    // WhatsApp tells what was read. Elsewhere the page can't see it; an answer or a reaction proves it.
    const proven = at < lastOfBot || message.reactions?.some((one) => one.from_bot) || false;
    const read = "status" in message ? message.status === "read" : proven;
    return [...line, { key: `${id}-${message.message_id}`, message, quoted, read }];
  });
}

function aside({ day, language_code, name }, chat) {
  const words = chatWords(language_code);
  if (day) {
    const date = new Date(day);
    const near = nearDay(date);
    const text = words.days[near] ?? near ?? date.toLocaleDateString(language_code, { day: "numeric", month: "long" });
    return el("div", { class: "chat-day" }, el("span", {}, text));
  }
  return el(
    "div",
    { class: "start" },
    el(
      "b",
      {},
      words.start.replace("{name}", () => name),
    ),
    words.openers.map((text) => el("button", { type: "button", onclick: () => sendText(chat, text) }, text)),
  );
}

function foot(chat) {
  const words = chatWords(chat.person().language_code);
  const send = (text, files) => (files.length ? sendFiles(chat, text, files) : sendText(chat, text));
  const files = { removes: (name) => words.remove.replace("{name}", () => name), changed: () => filed(chat) };
  const form = composer({ label: `Message to the ${chat.messenger.they}`, send, files });
  form.addEventListener("keydown", (event) => event.key === "Escape" && stop(chat));
  Object.assign(chat, { field: form.field, tray: form.tray });
  const kinds = chat.messenger.kinds.map((kind) => ({ label: KINDS[kind], run: () => sendKind(chat, kind) }));
  const choices = [{ label: words.pick, run: form.tray.pick }, null, ...kinds];
  const open = () => menu(clip, choices);
  const clip = icon(words.attach, sign("clip"), open, { class: "icon clip", "aria-haspopup": "menu" });
  form.insertBefore(clip, form.field);
  const over = el("div", { class: "over" });
  const unblock = { type: "button", class: "restart", onclick: () => chat.say("unblocks") };
  const back = el("button", unblock, `Unblock the ${chat.messenger.they}`);
  const node = el("footer", { class: "chat-foot" }, over, form, back);
  node.draw = () => {
    form.field.placeholder = words.message;
    form.hidden = chat.person().blocked;
    back.hidden = !form.hidden;
    const about = chat.reply ?? chat.editing;
    over.hidden = !about;
    if (about)
      over.replaceChildren(
        aboutLine(chat, about),
        icon("Cancel", sign("close"), () => stop(chat)),
      );
  };
  return node;
}

function aboutLine(chat, message) {
  return el("div", {}, el("b", {}, chat.reply ? "Reply" : "Edit"), el("span", {}, excerpt(message)));
}

function stop(chat) {
  if (chat.editing) set(chat.field, "");
  aim(chat, {});
}

/** A file is a new message: whoever takes one up while editing edits no more. */
function filed(chat) {
  if (chat.editing && chat.tray.files.length) stop(chat);
  chat.field.focus();
}

function answering({ reply }) {
  return reply ? { reply_to: reply.message_id } : {};
}

async function sendText(chat, text) {
  const { editing } = chat;
  const went = editing
    ? await chat.say("edits", { message_id: editing.message_id, text })
    : await chat.say("writes", { text, ...answering(chat) });
  if (went) aim(chat, {});
  return went;
}

/** A text that stands in the composer goes along as the caption, where the kind takes one. */
async function sendKind(chat, kind) {
  const caption = chat.messenger.captioned.includes(kind) ? chat.field.value.trim() : "";
  const went = await (kind === "album"
    ? chat.say("sends_album", { kinds: ["photo", "photo", "video"], captions: [caption] })
    : chat.say("sends", { kind, ...(caption ? { caption } : {}), ...answering(chat) }));
  if (went && caption) set(chat.field, "");
  if (went) aim(chat, {});
}

/** One message for each; the first has the text. What did not go stays, with what is behind it. */
async function sendFiles(chat, text, files) {
  let caption = text ? { caption: text } : {};
  for (const file of files) {
    const kind = chat.messenger.shows[file.type] ?? "document";
    if (!(await chat.say("sends", { kind, file, ...caption, ...answering(chat) }))) return false;
    chat.tray.drop([file]);
    if (chat.field.value.trim() === text) set(chat.field, "");
    caption = {};
    aim(chat, {});
  }
  return true;
}
