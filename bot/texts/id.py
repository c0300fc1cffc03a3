"""Indonesian; see `bot.texts.en`."""

TEXTS: dict[str, str] = {
    # --- customers
    "ticket.received": (
        "Halo {name}, pesan Anda sudah kami terima. Nomor tiket Anda #{number}; "
        "kami akan membalas dalam waktu {target}."
    ),
    "ticket.solved": (
        "Permintaan Anda #{number} sudah kami anggap selesai. Jika belum, cukup tulis lagi ke sini dalam waktu "
        "{reopen}, dan tiketnya akan terbuka kembali."
    ),
    "customer.greeting": "Halo {name}! Silakan tulis pertanyaan Anda di sini, tim kami akan membalasnya.",
    # --- what happened, in the thread
    "notice.customer": "pelanggan",
    "notice.claimed.owner": (
        "🙋 {who} yang menangani: teks biasa darinya di sini dikirim ke pelanggan, tulisan orang lain tetap internal. "
        "Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.claimed.everyone": (
        "🙋 {who} yang menangani. Teks biasa di sini, siapa pun anggota tim yang menulisnya, dikirim ke pelanggan. "
        "Awali dengan `//` untuk catatan. {hold}"
    ),
    "notice.claimed.explicit": (
        "🙋 {who} yang menangani. Semua yang ditulis di sini tetap internal; tombol *Balas* atau "
        "`!reply teks` menjawab pelanggan."
    ),
    "notice.hold": "Ada {span} untuk menariknya kembali: hapus, sunting, atau tulis `!undo`.",
    "notice.no_hold": "Pesan langsung terkirim.",
    "notice.reopened": "🔓 Dibuka kembali oleh {who}.",
    "notice.solved": "✅ Diselesaikan oleh {who}. Pesan baru dari pelanggan akan membukanya kembali.",
    "notice.solved_with": (
        "✅ Diselesaikan oleh {who}. Pesan baru dari pelanggan akan membukanya kembali. Penyelesaian (internal):"
    ),
    "notice.escalated": "🚨 Dieskalasi ke tingkat {level} oleh {who}. {whom}, mohon dilihat. Alasan:",
    "notice.escalated_to_nobody": (
        "🚨 Dieskalasi ke tingkat {level} oleh {who}, tetapi tidak ada penyelia di pengaturan, "
        "jadi belum ada yang diberi tahu. Alasan:"
    ),
    "notice.edit_not_carried": (
        "✏️ {who}, balasan Anda sudah terkirim, jadi pelanggan tetap melihat versi pertama. "
        "Bila penting, tulis ralatnya."
    ),
    "notice.delete_not_carried": "🗑️ {who}, balasan Anda sudah terkirim: pelanggan tetap memilikinya.",
    "notice.files_not_yet": "📎 {who}, berkas belum bisa dikirim ke pelanggan. Berkas Anda tetap internal di utas ini.",
    # --- what agents say by command or modal, shown in the thread
    "mirror.reply": "↪ *{who}* kepada pelanggan:",
    "mirror.note": "📝 *{who}*:",
    # --- questions about held texts
    "offer.claim": "✋ {who}, tiket ini belum diambil siapa pun, jadi teks Anda di atas belum dikirim. Mau diapakan?",
    "offer.claim.send": "Ambil dan kirim",
    "offer.reopen": "✋ {who}, tiket ini sudah selesai, jadi teks Anda di atas belum dikirim. Mau diapakan?",
    "offer.reopen.send": "Buka lagi dan kirim",
    "offer.text_only": (
        "✋ {who}, berkas belum bisa dikirim ke pelanggan, jadi pesan Anda di atas belum dikirim. Kirim teksnya saja?"
    ),
    "offer.text_only.send": "Kirim teksnya saja",
    "offer.note": "Simpan sebagai catatan",
    # --- what did not arrive
    "trouble.failed": "⚠️ Teks ini *tidak sampai* ke pelanggan. {reason}",
    "trouble.uncertain": "⚠️ Tidak dapat dipastikan apakah teks ini sampai ke pelanggan. {reason}",
    "trouble.failed.again": "Coba lagi",
    "trouble.uncertain.again": "Kirim lagi",
    "trouble.leave": "Biarkan",
    # --- hints that one person sees
    "whisper.not_sent": (
        "Tidak dikirim: yang berbicara dengan pelanggan adalah penanggung jawab tiket, jadi teks Anda tetap internal."
    ),
    "whisper.not_sent.send": "Kirim ke pelanggan",
    # --- the desk's channel
    "alarm.parked": (
        "🚨 Sesuatu yang masuk dari {source} tidak bisa dibaca. Tidak ada yang hilang: disimpan sebagai `{id}`. "
        "Mohon beri tahu pengelola Loket."
    ),
    # --- refusals
    "refused": "Itu tidak bisa dilakukan.",
    "refused.no_such_ticket": "Tidak ada tiket #{number}.",
    "refused.already_claimed": "Tiket #{number} sudah ditangani oleh {agent}.",
    "refused.already_solved": "Tiket #{number} sudah selesai.",
    "refused.not_solved": "Tiket #{number} masih terbuka.",
    "refused.nothing_to_undo": "Tidak ada balasan Anda di tiket #{number} yang masih bisa ditarik.",
    "refused.already_decided": "Hal ini sudah diputuskan orang lain.",
    "refused.not_an_agent": "Hanya anggota penuh kanal ini yang dapat melakukannya.",
    "refused.wrong_use": "{problem} Bentuk yang benar: {usage}",
    "problem.text_missing": "Teksnya belum ada.",
    "problem.reason_missing": "Alasannya belum ada.",
    "problem.number_missing": "Tiket mana yang dimaksud? Mohon sebutkan nomornya.",
    "problem.unknown_verb": "Perintah `{verb}` tidak dikenal.",
    "problem.target_unknown": "Tujuan eskalasinya tidak ditemukan.",
    "problem.other": "Perintah itu tidak dapat dipahami.",
    # --- the card
    "card.nameless": "(tanpa nama)",
    "card.cut": "… selebihnya terlalu panjang untuk Slack.",
    "card.unowned": "belum ada penanggung jawab",
    "card.level": "tingkat {level}",
    "card.escalated": "dieskalasi oleh {who} kepada {whom}, {at}: {reason}",
    "card.nobody": "tak seorang pun",
    "card.first_reply_due": "balasan pertama paling lambat {at}",
    "card.follows": "lanjutan #{number}",
    "card.failed": "⚠️ tidak terkirim: {reason}",
    "card.uncertain": "⚠️ mungkin tidak terkirim: {reason}",
    "card.claim": "Ambil",
    "card.reply": "Balas",
    "card.note": "Catatan",
    "card.escalate": "Eskalasi",
    "card.close": "Tutup",
    "card.reopen": "Buka lagi",
    "status.new": "Baru",
    "status.open": "Dikerjakan",
    "status.pending": "Menunggu pelanggan",
    "status.on_hold": "Ditunda",
    "status.solved": "Selesai",
    "status.closed": "Ditutup",
    # --- modals; titles and buttons have at most 24 characters
    "modal.about": "#{number} · {customer}",
    "modal.number": "Tiket yang mana? Nomornya",
    "modal.cancel": "Batal",
    "modal.reply.title": "Balas pelanggan",
    "modal.reply.submit": "Kirim",
    "modal.reply.text": "Yang dibaca pelanggan",
    "modal.note.title": "Catatan internal",
    "modal.note.submit": "Simpan",
    "modal.note.text": "Hanya dilihat tim",
    "modal.escalate.title": "Eskalasi tiket",
    "modal.escalate.submit": "Eskalasi",
    "modal.escalate.target": "Kepada siapa? Kosong: para penyelia",
    "modal.escalate.reason": "Mengapa?",
    "modal.close.title": "Tutup tiket",
    "modal.close.submit": "Tutup",
    "modal.close.resolution": "Bagaimana penyelesaiannya? (internal)",
    # --- help
    "verb.claim": "`claim #42` – tiket ini Anda yang menangani",
    "verb.reply": "`reply #42 teks` – kepada pelanggan, atas nama Anda",
    "verb.note": "`note #42 teks` – internal, ke dalam utas",
    "verb.escalate": "`escalate #42 @orang alasan` – tingkat berikutnya melihat; tanpa nama, para penyelia",
    "verb.close": "`close #42 penyelesaian` – tiket selesai; penyelesaian bersifat internal dan boleh kosong",
    "verb.reopen": "`reopen #42` – dikerjakan lagi",
    "verb.undo": "`undo #42` – menarik yang belum terkirim",
    "verb.help": "`help` – daftar ini",
    # --- answers to commands
    "done.claimed": "Tiket #{number} ({customer}) sekarang Anda yang menangani.",
    "done.replied": "Balasan Anda kepada {customer} di tiket #{number} sedang dikirim.",
    "done.noted": "Catatan Anda ada di utas tiket #{number} ({customer}).",
    "done.escalated": "Tiket #{number} ({customer}) sudah dieskalasi.",
    "done.closed": "Tiket #{number} ({customer}) selesai.",
    "done.reopened": "Tiket #{number} ({customer}) dibuka kembali.",
    "done.undone": "Ditarik: {customer} tidak akan melihatnya. Teksnya tetap sebagai catatan di tiket #{number}.",
    "done.sent": "Teks Anda sedang dikirim kepada {customer} (tiket #{number}).",
    "done.kept": "Disimpan sebagai catatan di tiket #{number}; {customer} tidak akan melihatnya.",
    "done.left": "Dibiarkan apa adanya, di tiket #{number} ({customer}).",
    "done.again": "Sedang dikirim lagi kepada {customer} (tiket #{number}).",
    # --- what the customer did, behind their name
    "kind.edit": "menyunting pesannya:",
    "kind.photo": "mengirim foto (belum bisa ditampilkan di sini)",
    "kind.document": "mengirim berkas (belum bisa ditampilkan di sini)",
    "kind.voice": "mengirim pesan suara (belum bisa ditampilkan di sini)",
    "kind.audio": "mengirim berkas audio (belum bisa ditampilkan di sini)",
    "kind.video": "mengirim video (belum bisa ditampilkan di sini)",
    "kind.video_note": "mengirim pesan video (belum bisa ditampilkan di sini)",
    "kind.sticker": "mengirim stiker (belum bisa ditampilkan di sini)",
    "kind.animation": "mengirim animasi (belum bisa ditampilkan di sini)",
    "kind.location": "mengirim lokasi (belum bisa ditampilkan di sini)",
    "kind.venue": "mengirim tempat (belum bisa ditampilkan di sini)",
    "kind.contact": "mengirim kontak (belum bisa ditampilkan di sini)",
    "kind.poll": "mengirim jajak pendapat (belum bisa ditampilkan di sini)",
    "kind.dice": "melempar dadu (belum bisa ditampilkan di sini)",
    "kind.story": "membagikan cerita (belum bisa ditampilkan di sini)",
    "kind.unknown": "mengirim sesuatu yang belum bisa ditampilkan di sini",
    "help.intro": (
        "*Yang bisa saya lakukan.* Tulis sebagai `/loket …`, atau di utas tiket sebagai `!…` atau "
        "`@Loket …`; di sana nomornya boleh dilewati:"
    ),
    "help.forms": "Bentuk singkat `/claim`, `/reply`, `/note`, `/escalate`, dan `/close` melakukan hal yang sama.",
    "refused.away": "Barusan itu gagal dan tidak ada yang berubah: {reason} Silakan coba lagi.",
    "modal.number_wrong": "Tulis nomor tiketnya, misalnya 42.",
    "modal.claim.title": "Ambil tiket",
    "modal.claim.submit": "Ambil",
    "modal.reopen.title": "Buka lagi tiket",
    "modal.reopen.submit": "Buka lagi",
    "modal.undo.title": "Tarik kembali balasan",
    "modal.undo.submit": "Tarik kembali",
}
