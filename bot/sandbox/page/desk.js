/**
 * Where the agent is in the workspace, and what they can do there. The views read it and call it.
 */
import { SLACK, act } from "./api.js";
import { completions } from "./offers.js";
import { attempt } from "./popup.js";
import { isReply } from "./state.js";

/** Source: chat.getPermalink; the thread, where there is one, is in the query. */
const PERMALINK = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})/;

export class Desk {
  channel = null;
  thread = null;
  /** Whether the app's Home tab is shown, in the place of the channel. */
  home = false;
  /** The `ts` of the own message that is being edited. */
  editing = null;
  unread = new Map();
  unreadThreads = new Set();
  #draw;
  #write;
  #back;
  #watchers = [];

  /**
   * @param options.draw draws everything, soon
   * @param options.write goes to the composer of the thread
   * @param options.back goes to the root of a thread in the channel
   */
  constructor(store, { draw, write, back }) {
    this.store = store;
    this.#draw = draw;
    this.#write = write;
    this.#back = back;
  }

  /** Do something as the agent; what is refused is shown. Resolves to whether it went well. */
  async say(name, body) {
    return Boolean(await attempt(act(SLACK, name, { as: this.store.me, ...body })));
  }

  /** Press something in a message of the open channel. */
  press({ ts, ephemeral }, action) {
    return this.say("press", { channel: this.channel, ts, ...action, ...(ephemeral ? { ephemeral } : {}) });
  }

  open(channel) {
    this.channel = channel;
    this.thread = null;
    this.home = false;
    this.unread.delete(channel);
    this.#draw();
  }

  openHome() {
    this.home = true;
    this.thread = null;
    this.#draw();
  }

  openThread(ts, { write = false } = {}) {
    this.thread = ts;
    this.unreadThreads.delete(ts);
    this.#draw();
    // Later than the drawing, which itself waits; not by touch, where the keyboard would cover what one came to read.
    if (write || matchMedia("(hover: hover)").matches) queueMicrotask(this.#write);
  }

  /** Go where a permalink of this workspace points; whether it was one. */
  followed(address) {
    const [, channel, seconds, micros] = PERMALINK.exec(address) ?? [];
    if (!this.store.channels.some((one) => one.id === channel)) return false;
    this.open(channel);
    this.openThread(new URL(address).searchParams.get("thread_ts") ?? `${seconds}.${micros}`);
    return true;
  }

  /** Be where this card can be seen: in its channel, and in no other ticket's thread. */
  go(channel, ts) {
    if (this.channel !== channel || this.home) this.open(channel);
    if (this.thread && this.thread !== ts) this.closeThread();
  }

  /** Be told of each drawing. */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  drawn() {
    this.#watchers.forEach((watcher) => watcher());
  }

  closeThread = () => {
    const left = this.thread;
    const held = document.activeElement.closest(".thread") !== null;
    this.thread = null;
    this.#draw();
    if (held) requestAnimationFrame(() => this.#back(left));
  };

  edit(ts) {
    this.editing = ts;
    this.#draw();
  }

  /** Leave what does not exist (any more). */
  settle() {
    const { channels } = this.store;
    if (!channels.some((one) => one.id === this.channel))
      this.channel = (channels.find((one) => one.is_member) ?? channels[0])?.id ?? null;
    if (this.thread && !this.store.in(this.channel).has(this.thread)) this.thread = null;
  }

  /** Remember what came in where the agent does not look. */
  hear({ type, channel, message }) {
    if (type !== "message" || !message || message.user === this.store.me) return;
    if (isReply(message)) {
      if (this.thread !== message.thread_ts) this.unreadThreads.add(message.thread_ts);
    } else if (channel !== this.channel || this.home) this.unread.set(channel, (this.unread.get(channel) ?? 0) + 1);
  }

  /** Completions; Slack runs no commands in threads. */
  offers = (text, caret) => completions(this.store, text, caret, this.store.commands);
  offersInThread = (text, caret) => completions(this.store, text, caret, []);
}
