/**
 * What the page itself says, in the language of whoever tries it. What Slack and the messengers show is theirs.
 */
import { browser } from "./memory.js";

const WORDS = {
  en: {
    tagline: "Telegram and WhatsApp customers, answered from Slack",
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    language: "Language",
    theme: "Colours",
    "theme.system": "as the system",
    "theme.light": "light",
    "theme.dark": "dark",
    sides: "Side",
    customer: "Customer",
    slack: "Slack",
    new: "new",
    cancel: "Cancel",
    customers: "Customers",
    "customers.pick": "Whose phone?",
    "customers.new": "New customer",
    "customers.add": "New",
    "newcomer.name": "First name",
    "newcomer.messenger": "Messenger",
    "newcomer.language": "Language of the phone",
    "newcomer.add": "Add",
  },
  id: {
    tagline: "Pelanggan Telegram dan WhatsApp, dijawab dari Slack",
    connecting: "Menyambung…",
    reconnecting: "Menyambung lagi…",
    language: "Bahasa",
    theme: "Warna",
    "theme.system": "mengikuti sistem",
    "theme.light": "terang",
    "theme.dark": "gelap",
    sides: "Sisi",
    customer: "Pelanggan",
    slack: "Slack",
    new: "baru",
    cancel: "Batal",
    customers: "Pelanggan",
    "customers.pick": "Ponsel siapa?",
    "customers.new": "Pelanggan baru",
    "customers.add": "Baru",
    "newcomer.name": "Nama depan",
    "newcomer.messenger": "Aplikasi pesan",
    "newcomer.language": "Bahasa ponsel",
    "newcomer.add": "Tambah",
  },
};

export const LANGUAGES = { en: "English", id: "Bahasa Indonesia" };

const listeners = [];
let current = browser.recall("language") ?? (navigator.language?.startsWith("id") ? "id" : "en");
if (!(current in WORDS)) current = "en";

/** The page's language. */
export function language() {
  return current;
}

export function speak(one) {
  current = one;
  browser.remember("language", one);
  document.documentElement.lang = one;
  listeners.forEach((listener) => listener());
}

/** Be told when the language changes. */
export function heard(listener) {
  listeners.push(listener);
}

/** The words of this name; `{name}` in them is filled in. */
export function say(name, values = {}) {
  return WORDS[current][name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** More words, by language and name. */
export function learn(more) {
  for (const [one, words] of Object.entries(more)) Object.assign(WORDS[one], words);
}
