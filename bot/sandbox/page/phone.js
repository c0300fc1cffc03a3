/**
 * The customers' phones: each shows one person's chat with the bot.
 */
import { act } from "./api.js";
import { bubble, excerpt, KINDS, seconds } from "./bubble.js";
import { composer, set } from "./composer.js";
import { avatar, el, icon, keyed, log, soon, sticky } from "./dom.js";
import { nearDay } from "./mrkdwn.js";
import { attempt, menu } from "./popup.js";

/** What a new customer might say, by language. */
const OPENERS = {
  en: ["My payment failed twice, error 402", "Where is my order?", "How do I reset my password?"],
  id: ["Pembayaran saya gagal dua kali, error 402", "Di mana pesanan saya?", "Bagaimana cara reset kata sandi?"],
};
const NEW = "new";

const READ_AFTER_MS = 1500;

/** A phone for each `{store, messenger}`; returns the node, with `write()` that goes to the first one's composer. */
export function phonesPane(owners) {
  const phones = owners.map(({ store, messenger }) => {
    const one = phone(store, messenger);
    store.subscribe(soon(one.draw));
    return one;
  });
  const node = el("section", { class: "phones", "aria-label": "Customers" }, phones);
  node.write = () => phones[0].querySelector(".chat-foot textarea")?.focus();
  return node;
}

function phone(store, messenger) {
  const chat = {
    store,
    messenger,
    id: null,
    reply: null,
    editing: null,
    person: () => store.person(chat.id) ?? store.people[0] ?? null,
    async say(name, body = {}) {
      return (await attempt(act(messenger.base, name, { as: chat.person().id, ...body }))) !== null;
    },
    press: (message_id, choice) => chat.say("presses", { message_id, ...messenger.pressed(choice) }),
    answer: (message) => aim(chat, { reply: message }),
    edit: (message) => aim(chat, { editing: message }),
    play: (id) => {
      chat.id = id;
      aim(chat, {});
    },
  };
  const parts = [owner(chat), heading(chat), conversation(chat), foot(chat)];
  const stranger = newcomer(chat);
  const screen = el("div", { class: "screen" }, parts.slice(1), stranger);
  const node = el("section", { class: `phone ${messenger.style}`, "aria-label": messenger.name }, parts[0], screen);
  chat.draw = () => {
    const somebody = chat.person() && chat.id !== NEW;
    parts[0].draw();
    stranger.hidden = somebody;
    for (const part of parts.slice(1)) {
      part.hidden = !somebody;
      if (somebody) part.draw();
    }
    if (somebody) reading(chat);
  };
  node.draw = chat.draw;
  return node;
}

/** Who has the chat before their eyes has read it a moment later; only where messengers tell of it. */
function reading(chat) {
  const { messages } = chat.person();
  if (chat.eyes || !messages.some((one) => one.from_bot && ["sent", "delivered"].includes(one.status))) return;
  chat.eyes = setTimeout(() => {
    chat.eyes = null;
    chat.say("reads");
  }, READ_AFTER_MS);
}

/** Start (or, with neither, end) answering or editing a message. */
function aim(chat, { reply = null, editing = null }) {
  Object.assign(chat, { reply, editing });
  chat.draw();
  if (editing) set(chat.field, editing.text);
  if (reply || editing) chat.field.focus();
}

function owner(chat) {
  const pick = el("select", {
    "aria-label": "Whose phone is this?",
    onchange: () => {
      chat.play(pick.value === NEW ? NEW : Number(pick.value));
    },
  });
  const face = el("span", {});
  const language = el("small", {});
  const node = el("div", { class: "owner" }, face, pick, language);
  node.draw = () => {
    const person = chat.person();
    const items = [
      ...chat.store.people.map(({ id, first_name }) => ({ id, first_name })),
      { id: NEW, first_name: "+ New customer…" },
    ];
    keyed(pick, items, { key: (one) => one.id, build: (one) => el("option", { value: one.id }, one.first_name) });
    const asNew = chat.id === NEW || !person;
    pick.value = asNew ? NEW : String(person.id);
    face.replaceChildren(asNew ? avatar("+", "var(--soft)") : avatar(person.first_name));
    language.textContent = [chat.messenger.name, asNew ? null : person.language_code].filter(Boolean).join(" · ");
  };
  return node;
}

function heading(chat) {
  const state = el("small", { "aria-live": "polite" });
  const name = el("b", {});
  const more = icon("More", "⋮", () => menu(more, [blocking(chat)]), { "aria-haspopup": "menu" });
  const face = el("span", {});
  const node = el("header", { class: "chat-head" }, face, el("div", {}, name, state), more);
  node.draw = () => {
    const title = chat.store.bot?.first_name ?? "Bot";
    name.textContent = title;
    face.replaceChildren(avatar(title, "var(--face)"));
    state.textContent = chat.store.types(chat.person().id) ? "typing…" : chat.messenger.they;
    state.classList.toggle("typing", chat.store.types(chat.person().id));
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
  let shown = null;
  list.draw = () => {
    const person = chat.person();
    const build = (item) => (item.message ? bubble(item, chat) : aside(item, chat));
    stick(() => keyed(list, items(person), { key: (item) => item.key, build }), { afresh: shown !== person.id });
    shown = person.id;
  };
  return list;
}

function items({ id, messages, language_code }) {
  if (!messages.length) return [{ key: "start", id, openers: OPENERS[language_code] ?? OPENERS.en }];
  const lastOfBot = messages.findLastIndex((one) => one.from_bot);
  let day = null;
  return messages.flatMap((message, at) => {
    const today = new Date(seconds(message.date) * 1000).toDateString();
    const line = today === day ? [] : [{ key: today, day: today }];
    day = today;
    const quoted =
      messages.find((one) => one.message_id === (message.reply_to?.message_id ?? message.reply_to)) ?? null;
    // WhatsApp tells what was read. Elsewhere the page can't see it; an answer or a reaction proves it.
    const proven = at < lastOfBot || message.reactions?.some((one) => one.from_bot) || false;
    const read = "status" in message ? message.status === "read" : proven;
    return [...line, { key: `${id}-${message.message_id}`, message, quoted, read }];
  });
}

function aside({ day, openers }, chat) {
  if (day) {
    const date = new Date(day);
    const text = nearDay(date) ?? date.toLocaleDateString(undefined, { day: "numeric", month: "long" });
    return el("div", { class: "tg-day" }, el("span", {}, text));
  }
  return el(
    "div",
    { class: "start" },
    el("b", {}, "Write as this customer"),
    openers.map((text) => el("button", { type: "button", onclick: () => sendText(chat, text) }, text)),
  );
}

function foot(chat) {
  const form = composer({ label: `Message to the ${chat.messenger.they}`, placeholder: "Message", send: (text) => sendText(chat, text) });
  form.addEventListener("keydown", (event) => event.key === "Escape" && stop(chat));
  chat.field = form.field;
  const kinds = chat.messenger.kinds.map((kind) => ({ label: KINDS[kind], run: () => sendKind(chat, kind) }));
  const clip = icon("Attach", "📎", () => menu(clip, kinds), { class: "icon clip", "aria-haspopup": "menu" });
  form.insertBefore(clip, form.field);
  const over = el("div", { class: "over" });
  const unblock = { type: "button", class: "restart", onclick: () => chat.say("unblocks") };
  const back = el("button", unblock, `Unblock the ${chat.messenger.they}`);
  const node = el("footer", { class: "chat-foot" }, over, form, back);
  node.draw = () => {
    form.hidden = chat.person().blocked;
    back.hidden = !form.hidden;
    const about = chat.reply ?? chat.editing;
    over.hidden = !about;
    if (about)
      over.replaceChildren(
        aboutLine(chat, about),
        icon("Cancel", "✕", () => stop(chat)),
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

async function sendText(chat, text) {
  const { reply, editing } = chat;
  const went = editing
    ? await chat.say("edits", { message_id: editing.message_id, text })
    : await chat.say("writes", { text, ...(reply ? { reply_to: reply.message_id } : {}) });
  if (went) aim(chat, {});
  return went;
}

/** A text that stands in the composer goes along as the caption, where the kind takes one. */
async function sendKind(chat, kind) {
  const caption = chat.messenger.captioned.includes(kind) ? chat.field.value.trim() : "";
  if ((await chat.say("sends", { kind, ...(caption ? { caption } : {}) })) && caption) set(chat.field, "");
}

function newcomer(chat) {
  const name = el("input", { class: "field", required: true, maxlength: 64, autocomplete: "off" });
  const language = el(
    "select",
    { class: "field" },
    el("option", { value: "en" }, "English"),
    el("option", { value: "id" }, "Bahasa Indonesia"),
  );
  const node = el(
    "form",
    { class: "newcomer" },
    el("h2", {}, "A new customer"),
    el("label", {}, "First name", name),
    chat.messenger.languages && el("label", {}, "Language of the phone", language),
    el("button", { class: "button solid primary" }, "Add"),
  );
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = chat.messenger.person({ name: name.value.trim(), language: language.value });
    const answer = await attempt(act(chat.messenger.base, "add_person", asked));
    if (!answer) return;
    name.value = "";
    chat.play(answer.person);
    chat.store.onstale();
  });
  return node;
}
