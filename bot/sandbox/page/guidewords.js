/**
 * What the guide says: for each step a title, what to do, and the sentences it can write for the visitor.
 */
import { learn } from "./words.js";

learn({
  en: {
    guide: "Guide",
    "guide.step": "Step {at} of {all}",
    "guide.skip": "Skip",
    "guide.next": "Next",
    "guide.end": "Done",
    "guide.show": "Take me there",
    "guide.fill": "Write one for me",
    "guide.write": "You are {name}, a customer",
    "guide.write.text": "Pick a sentence, or write your own. It goes to the shop on {messenger}.",
    "guide.claim": "It is a ticket in Slack now",
    "guide.claim.text": "Here you are {agent}, an agent. Press Claim, and everybody sees that it is yours.",
    "guide.open": "Open its thread",
    "guide.open.text": "Whatever is said about a ticket is said in the thread of its card.",
    "guide.answer": "Answer {name}",
    "guide.answer.text":
      "The ticket is yours: what you write in its thread goes to {name}. Begin with // for a note that stays with your team.",
    "guide.answer.sample": "Hello {name}, I am looking into it.",
    "guide.hold": "A moment to think again",
    "guide.hold.text":
      "Edit or delete your message within five seconds, and {name} never sees what it said. Then it leaves.",
    "guide.arrive": "It has arrived",
    "guide.arrive.text": "{name} has your answer on {messenger}. The sign under your message in Slack says so, too.",
    "guide.close": "Solved? Then close it",
    "guide.close.text": "Press Close. You may say how it was solved; only your team sees that.",
    "guide.ask": "{name} has the last word",
    "guide.ask.text": "Ten seconds to undo, then {name} is asked whether it is solved. Answer on the phone.",
    "guide.done": "That was the life of a ticket",
    "guide.done.text": "Everything here is the real service with local messengers. Try what you like:",
    "guide.try.other": "Write as {name}",
    "guide.try.sla": "Ask for figures as {name}",
    "guide.try.fail": "Make it fail",
  },
  id: {
    guide: "Panduan",
    "guide.step": "Langkah {at} dari {all}",
    "guide.skip": "Lewati",
    "guide.next": "Lanjut",
    "guide.end": "Selesai",
    "guide.show": "Tunjukkan",
    "guide.fill": "Tuliskan untuk saya",
    "guide.write": "Anda {name}, seorang pelanggan",
    "guide.write.text": "Pilih satu kalimat, atau tulis sendiri. Pesan itu sampai ke toko lewat {messenger}.",
    "guide.claim": "Kini menjadi tiket di Slack",
    "guide.claim.text": "Di sini Anda {agent}, seorang agen. Tekan Claim, dan semua orang tahu tiket ini milik Anda.",
    "guide.open": "Buka utasnya",
    "guide.open.text": "Semua pembicaraan tentang sebuah tiket ada di utas kartunya.",
    "guide.answer": "Jawab {name}",
    "guide.answer.text":
      "Tiket ini milik Anda: yang Anda tulis di utasnya sampai ke {name}. Awali dengan // untuk catatan yang hanya dibaca tim.",
    "guide.answer.sample": "Halo {name}, saya cek dulu ya.",
    "guide.hold": "Masih sempat berubah pikiran",
    "guide.hold.text":
      "Ubah atau hapus pesan Anda dalam lima detik, dan {name} tidak pernah melihat isinya. Setelah itu terkirim.",
    "guide.arrive": "Sudah sampai",
    "guide.arrive.text":
      "{name} menerima jawaban Anda di {messenger}. Tanda di bawah pesan Anda di Slack juga mengatakannya.",
    "guide.close": "Sudah beres? Tutup tiketnya",
    "guide.close.text": "Tekan Close. Anda boleh menulis bagaimana diselesaikan; hanya tim yang melihatnya.",
    "guide.ask": "{name} yang menentukan",
    "guide.ask.text": "Sepuluh detik untuk membatalkan, lalu {name} ditanya apakah sudah beres. Jawab di ponselnya.",
    "guide.done": "Begitulah perjalanan sebuah tiket",
    "guide.done.text": "Semua ini layanan yang sebenarnya dengan aplikasi pesan lokal. Coba apa saja:",
    "guide.try.other": "Tulis sebagai {name}",
    "guide.try.sla": "Minta angka sebagai {name}",
    "guide.try.fail": "Buat gangguan",
  },
});
