/**
 * What a messenger itself says on a customer's phone, in the phone's language; what only the demo says there, too.
 */
const WORDS = {
  en: {
    start: "Write as {name}",
    openers: ["My payment failed twice, error 402", "Where is my order?", "How do I reset my password?"],
    message: "Message",
    attach: "Attach",
    pick: "📎 Your photo or file…",
    remove: "Remove {name}",
    typing: "typing",
    days: {},
  },
  id: {
    start: "Tulis sebagai {name}",
    openers: ["Pembayaran saya gagal dua kali, error 402", "Di mana pesanan saya?", "Bagaimana cara reset kata sandi?"],
    message: "Pesan",
    attach: "Lampirkan",
    pick: "📎 Foto atau berkas Anda…",
    remove: "Hapus {name}",
    typing: "mengetik",
    days: { today: "hari ini", yesterday: "kemarin" },
  },
};

/** The words for a phone's language, English where it is unknown. */
export function chatWords(language) {
  return WORDS[language] ?? WORDS.en;
}
